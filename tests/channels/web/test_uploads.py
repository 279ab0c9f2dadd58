"""Files over HTTP: whose they are, how large they may be, and what becomes of hostile ones."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from channels.base import EventKind
from channels.limits import Rate, RateLimit
from channels.ports import OpeningView, RefusedFileError
from channels.web.schemas import CAPABILITIES, MOST_FILES
from channels.web.uploads import Uploads, add_uploads
from tests.channels.web.chat import SHOP, Visitor, build_chat, open_visitor
from tests.channels.web.test_router import bearers

PNG = b"\x89PNG\r\n\x1a\n and the rest"


async def upload(visitor: Visitor, data: bytes = PNG, *, name: str = "a.png", **more: str) -> str:
    """Upload a file and return its reference."""
    answer = await visitor.upload(data, name=name, **more)
    assert answer.status_code == 201
    assert set(answer.json()) == {"file"}
    return str(answer.json()["file"])


async def test_a_file_belongs_to_the_message_that_names_it(visitor, chat):
    file = await upload(
        visitor, PNG, name="Kaputte%20Lampe%20%C3%BC.png", **{"Content-Type": "image/png"}
    )
    named = {"file": file, "name": "Kaputte Lampe ü.png", "media_type": "image/png"}
    answer = await visitor.send(client_id=str(uuid4()), text="Look:", files=[named])
    assert answer.status_code == 202
    (event,) = chat.accept.events
    (attachment,) = event.attachments
    assert (event.kind, event.text, event.media) == (EventKind.MEDIA, "Look:", "photo")
    assert (attachment.kind, attachment.reference) == ("photo", file)
    assert (attachment.name, attachment.media_type) == ("Kaputte Lampe ü.png", "image/png")
    assert chat.files.kept[file][2] == PNG
    assert chat.files.kept[file][0] == visitor.address == event.sender.account
    assert chat.files.claims == ["image/png"]
    (shown,) = (await visitor.client.get("/web/messages", headers=visitor.headers)).json()[
        "messages"
    ]
    assert shown["files"] == [
        {"name": "Kaputte Lampe ü.png", "kind": "photo", "size": len(PNG), "state": "stored"}
    ]


async def test_a_file_needs_no_words(visitor, chat):
    files = [{"file": await upload(visitor)} for _ in range(MOST_FILES)]
    answer = await visitor.send(client_id=str(uuid4()), files=files)
    assert answer.status_code == 202
    assert (chat.accept.events[0].text, len(chat.accept.events[0].attachments)) == ("", MOST_FILES)


async def test_a_message_with_files_is_stored_once_however_often_it_is_sent(visitor, chat):
    body = {"client_id": str(uuid4()), "text": "x", "files": [{"file": await upload(visitor)}]}
    answers = [(await visitor.send(**body)).json()["duplicate"] for _ in range(3)]
    assert answers == [False, True, True]
    assert len(chat.accept.events) == 1


async def test_the_file_of_another_session_is_not_given_away(client, visitor, chat):
    other = await open_visitor(client, chat.database)
    stolen = await upload(visitor, b"%PDF-1.7 private", name="private.pdf")
    await other.send(client_id=str(uuid4()), files=[{"file": stolen, "name": "mine.pdf"}])
    answer = await client.get("/web/messages", headers=other.headers)
    assert [one["files"] for one in answer.json()["messages"]] == [
        [{"name": "", "kind": "document", "size": None, "state": "gone"}]
    ]


async def test_files_cannot_be_read_back_changed_or_deleted(client, visitor):
    file = await upload(visitor)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for path in ("/web/files", f"/web/files/{file}", "/web/messages/1"):
            answer = await client.request(method, path, headers=visitor.headers)
            assert answer.status_code in {404, 405}
    assert (await client.delete("/web/messages", headers=visitor.headers)).status_code == 405


async def test_without_a_session_no_file_is_read(client, visitor, chat):
    for headers in bearers(visitor):
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = await client.post("/web/files", content=PNG, headers=raw)
        assert answer.status_code == 401
    assert chat.files.kept == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"MZ\x90\x00 a program", "kind")],
    ids=["empty", "program"],
)
async def test_a_refused_file_says_why_in_a_word_and_a_sentence(visitor, chat, data, reason):
    answer = await visitor.upload(data, name="photo.png", **{"Content-Type": "image/png"})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "We do not take this.", "reason": reason}
    assert chat.files.kept == {}


async def test_too_many_files_ask_to_come_back(visitor, chat):
    chat.files.error = RefusedFileError("That is too many files.", reason="too_many")
    answer = await visitor.upload(PNG)
    assert (answer.status_code, answer.json()["reason"]) == (429, "too_many")


async def test_a_file_past_the_limit_is_not_read_to_its_end(visitor, chat):
    sent = 0

    async def pour():
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1024 * 1024

    answer = await visitor.client.post("/web/files", content=pour(), headers=visitor.headers)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")
    assert sent <= CAPABILITIES.max_file / 1024 / 1024 + 2
    declared = {**visitor.headers, "Content-Length": str(CAPABILITIES.max_file + 1)}
    answer = await visitor.client.post("/web/files", content=PNG, headers=declared)
    assert answer.status_code == 413
    assert chat.files.kept == {}


async def test_a_file_of_exactly_the_limit_is_taken(visitor):
    assert len(await upload(visitor, bytes(CAPABILITIES.max_file), name="big.bin")) > 20


@pytest.mark.parametrize("length", ["-1", "1e9", "٣", "9" * 400, ""])
async def test_a_senseless_length_is_no_error_of_ours(visitor, length):
    headers = {"Content-Length": length.encode()}
    answer = await visitor.upload(PNG, **headers)
    assert answer.status_code in {201, 400, 413}


@pytest.mark.parametrize(
    "name",
    ["%00%ff%fe", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%92%A1" * 200, "x" * 5000, "%", "%E2%80%AE"],
)
async def test_a_hostile_name_is_only_a_claim(visitor, name):
    assert await upload(visitor, name=name)


@pytest.mark.parametrize(
    "files",
    [
        [],
        [{}],
        [{"file": ""}],
        [{"file": "../x"}],
        [{"file": "a" * 65}],
        [{"file": 7}],
        [{"file": "a", "name": "n" * 256}],
        [{"file": "a", "media_type": "nothing"}],
        [{"file": "a", "media_type": "a/b\r\nSet-Cookie: x"}],
        [{"file": "a", "account": "someone"}],
        [{"file": "a"}] * (MOST_FILES + 1),
        {"file": "a"},
        "a",
        None,
    ],
)
async def test_what_names_no_file_is_refused(visitor, chat, files):
    answer = await visitor.send(client_id=str(uuid4()), files=files)
    assert answer.status_code == 422
    assert chat.accept.events == []


async def test_a_press_brings_no_file(visitor, chat):
    named = [{"file": await upload(visitor)}]
    answer = await visitor.send(client_id=str(uuid4()), button="tok", files=named)
    assert answer.status_code == 422
    assert chat.accept.events == []


async def test_files_are_limited_per_session(database):
    chat = build_chat(database, files_rate=Rate(per_minute=1, burst=2))
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        one, other = [await open_visitor(client, database) for _ in range(2)]
        codes = [(await one.upload(PNG)).status_code for _ in range(3)]
        assert codes == [201, 201, 429]
        assert int((await one.upload(PNG)).headers["Retry-After"]) > 10
        assert (await other.upload(PNG)).status_code == 201


async def test_a_session_uploads_two_at_once_and_no_more(visitor, chat):
    chat.files.hold = asyncio.Event()
    uploads = [asyncio.create_task(visitor.upload(PNG)) for _ in range(3)]
    done, _ = await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    assert [task.result().status_code for task in done] == [429]
    chat.files.hold.set()
    codes = [answer.status_code for answer in await asyncio.gather(*uploads)]
    assert sorted(codes) == [201, 201, 429]
    assert (await visitor.upload(PNG)).status_code == 201


async def test_a_file_that_only_trickles_in_is_given_up(database):
    async def get_address(_authorization: str) -> str:
        return "address"

    chat = build_chat(database)
    unlimited = RateLimit(Rate(per_minute=600, burst=100))
    router = chat.app.router
    router.routes.clear()
    add_uploads(router, Uploads(chat.files, get_address, unlimited, longest_s=0.05))
    never = asyncio.Event()

    async def trickle():
        yield b"x"
        await never.wait()

    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        for _ in range(3):  # more than may be under way at once: each has given its place back
            answer = await client.post("/files", content=trickle())
            assert answer.status_code == 408
    assert chat.files.kept == {}


async def test_only_listed_sites_may_upload(visitor, chat):
    for origin, code in ((SHOP, 201), ("https://evil.example", 403)):
        answer = await visitor.upload(PNG, Origin=origin)
        assert answer.status_code == code
        assert ("access-control-allow-origin" in answer.headers) is (code == 201)
    assert len(chat.files.kept) == 1


async def test_the_desk_is_the_same_for_everybody_and_limited(database):
    chat = build_chat(database, sessions_rate=Rate(per_minute=1, burst=3))
    opens = datetime(2026, 11, 24, 8, tzinfo=UTC)
    chat.opening.view = OpeningView(False, opens, None, "Europe/Berlin", ((1, 540, 1080),), None)
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        answers = [await client.get("/web/desk") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].json() == {
        "is_open": False,
        "opens_at": "2026-11-24T08:00:00Z",
        "closes_at": None,
        "time_zone": "Europe/Berlin",
        "week": [[1, 540, 1080]],
        "wait_minutes": None,
    }
    assert chat.opening.asked == 3


async def test_a_foreign_site_learns_nothing_of_the_desk(client, chat):
    answer = await client.get("/web/desk", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert chat.opening.asked == 0

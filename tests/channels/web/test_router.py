"""The web chat over HTTP: who may speak, what is stored, what is refused."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.base import BusyError, EventKind
from channels.limits import Rate
from channels.web import sessions
from channels.web.models import WebSession
from kit.ids import hash_token
from tests.channels.web.chat import Visitor, build_chat, open_visitor


async def test_a_session_is_stored_as_digest_under_an_address_of_its_own(client, chat):
    opened = (await client.post("/web/session")).json()
    async with chat.database.session() as session:
        row = (await session.execute(select(WebSession))).scalar_one()
    assert row.token_hash == hash_token(opened["token"])
    assert opened["token"] not in (row.token_hash, row.address)
    assert row.address not in str(opened)
    assert len(opened["token"]) == 43
    assert timedelta(days=29) < row.expires_at - datetime.now(UTC) <= timedelta(days=30)


async def test_a_typed_message_becomes_one_event(visitor, chat):
    client_id = str(uuid4())
    answer = await visitor.send(client_id=client_id, text="  Where is\x00 LL-10042?\n")
    assert answer.status_code == 202
    (event,) = chat.accept.events
    assert answer.json() == {"message_id": chat.accept.known[event.key], "duplicate": False}
    assert event.key == f"{visitor.address}:{client_id}"
    assert (event.kind, event.text) == (EventKind.TEXT, "Where is LL-10042?")
    assert event.sender.account == event.address == visitor.address
    assert visitor.token not in repr(event)


async def test_a_press_sends_the_token_we_minted(visitor, chat):
    answer = await visitor.send(client_id=str(uuid4()), button="Ab_-9")
    assert answer.status_code == 202
    assert (chat.accept.events[0].kind, chat.accept.events[0].text) == (EventKind.BUTTON, "Ab_-9")


async def test_the_same_client_id_a_hundred_times_is_one_message(visitor, chat):
    client_id = str(uuid4())
    sends = (visitor.send(client_id=client_id, text="once") for _ in range(100))
    answers = [answer.json() for answer in await asyncio.gather(*sends)]
    assert len(chat.accept.events) == 1
    assert len({answer["message_id"] for answer in answers}) == 1
    assert sum(not answer["duplicate"] for answer in answers) == 1


async def test_upper_and_lower_case_client_ids_are_the_same(visitor, chat):
    client_id = str(uuid4())
    await visitor.send(client_id=client_id.upper(), text="once")
    answer = await visitor.send(client_id=client_id, text="once")
    assert answer.json()["duplicate"] is True
    assert len(chat.accept.events) == 1


async def test_two_browsers_never_share_a_key(client, chat):
    one = await open_visitor(client, chat.database)
    other = await open_visitor(client, chat.database)
    client_id = str(uuid4())
    answers = [await who.send(client_id=client_id, text="mine") for who in (one, other)]
    assert [answer.json()["duplicate"] for answer in answers] == [False, False]


def bearers(visitor: Visitor) -> list[dict[str, str]]:
    """Every way not to have a session."""
    return [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {visitor.token}"},
        {"Authorization": "Bearer " + "x" * 43},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": f"Bearer {visitor.address}"},
        {"Authorization": f"Bearer {hash_token(visitor.token)}"},
        {"Authorization": "Bearer \u00e9\u00ff"},
    ]


async def test_no_unknown_and_expired_tokens_look_alike(client, visitor, chat):
    async with chat.database.session() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(WebSession).values(expires_at=past))
        await session.commit()
    seen = set()
    for headers in [*bearers(visitor), visitor.headers]:
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        for path in ("/web/messages", "/web/stream"):
            answer = await client.get(path, headers=raw)
            seen.add((answer.status_code, answer.text))
        answer = await client.post("/web/messages", headers=raw, json={"text": "hi"})
        seen.add((answer.status_code, answer.text))
    assert len(seen) == 1
    assert seen.pop()[0] == 401
    assert chat.accept.calls == 0


async def test_a_token_in_the_url_opens_nothing(client, visitor):
    for path in ("/web/messages", "/web/stream"):
        for name in ("token", "authorization", "access_token"):
            answer = await client.get(path, params={name: visitor.token})
            assert answer.status_code == 401


async def test_a_session_in_use_lives_on(client, visitor, chat):
    async with chat.database.session() as session:
        seen = datetime.now(UTC) - sessions.TOUCH_EVERY
        soon = datetime.now(UTC) + timedelta(hours=1)
        await session.execute(update(WebSession).values(last_seen_at=seen, expires_at=soon))
        await session.commit()
    assert (await client.get("/web/messages", headers=visitor.headers)).status_code == 200
    async with chat.database.session() as session:
        row = (await session.execute(select(WebSession))).scalar_one()
    assert row.expires_at > datetime.now(UTC) + timedelta(days=29)


async def test_expired_sessions_are_forgotten_and_others_kept(client, visitor, chat):
    kept = await open_visitor(client, chat.database)
    async with chat.database.session() as session:
        past = datetime.now(UTC) - timedelta(days=1)
        gone = WebSession.address == visitor.address
        await session.execute(update(WebSession).where(gone).values(expires_at=past))
        assert await sessions.forget_expired(session) == 1
        left = (await session.execute(select(WebSession.address))).scalars().all()
    assert left == [kept.address]


BAD_BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe\x00",
    b'{"text": "no id"}',
    b'{"client_id": "not-a-uuid", "text": "x"}',
    b'{"client_id": 7, "text": "x"}',
    b'{"client_id": "%s"}',
    b'{"client_id": "%s", "text": null}',
    b'{"client_id": "%s", "text": 5}',
    b'{"client_id": "%s", "text": ["x"]}',
    b'{"client_id": "%s", "text": {"a": 1}}',
    b'{"client_id": "%s", "text": true}',
    b'{"client_id": "%s", "text": ""}',
    b'{"client_id": "%s", "text": "  \\u0000 \\n "}',
    b'{"client_id": "%s", "text": "\\ud800"}',
    b'{"client_id": "%s", "text": "x", "button": "y"}',
    b'{"client_id": "%s", "button": "/restart"}',
    b'{"client_id": "%s", "button": "with space"}',
    b'{"client_id": "%s", "button": "a\\u0000"}',
    b'{"client_id": "%s", "button": ""}',
    b'{"client_id": "%s", "button": NaN}',
    b'{"client_id": "%s", "text": "x", "address": "somebody else"}',
    b'{"client_id": "%s", "text": "' + b"x" * 4001 + b'"}',
    b"[" * 20000,
    b'{"a":' * 6000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:44]))
async def test_what_is_no_message_is_refused_and_never_an_error_of_ours(visitor, chat, body):
    filled = body.replace(b"%s", str(uuid4()).encode())
    answer = await visitor.client.post("/web/messages", content=filled, headers=visitor.headers)
    assert answer.status_code == 422
    assert "Not a chat message" in answer.text
    assert chat.accept.calls == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


BODIES = st.binary(max_size=300) | st.fixed_dictionaries(
    {}, optional={"client_id": JSON, "text": JSON, "button": JSON}
).map(lambda value: json.dumps(value).encode())


@settings(
    max_examples=150,
    deadline=None,
    # the app is the same for every example on purpose: nothing an example does may spoil it
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=BODIES)
async def test_no_body_at_all_makes_an_error_of_ours(chat, visitor, body):
    answer = await visitor.client.post("/web/messages", content=body, headers=visitor.headers)
    assert answer.status_code == 422
    assert chat.accept.calls == 0


TEXTS = st.text(max_size=200).filter(lambda text: text.replace("\0", "").strip())


@settings(
    max_examples=100,
    deadline=None,
    # as above
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS)
async def test_every_text_a_person_can_type_is_taken(chat, visitor, text):
    answer = await visitor.send(client_id=str(uuid4()), text=text)
    assert answer.status_code == 202
    assert chat.accept.events[-1].text == text.replace("\0", "").strip()


@pytest.mark.parametrize(
    "text",
    ["שלום עולם", "🧶" * 4000, "\u202egnp.exe", "<script>alert(1)</script>", "/restart", "a\nb"],
    ids=["hebrew", "emoji-flood", "direction-override", "markup", "slash", "lines"],
)
async def test_odd_but_honest_text_arrives_as_it_is(visitor, chat, text):
    answer = await visitor.send(client_id=str(uuid4()), text=text)
    assert answer.status_code == 202
    assert chat.accept.events[0].text == text


async def test_a_body_past_32_kib_is_not_read_to_its_end(visitor, chat):
    read = 0

    async def endless():
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1024

    answer = await visitor.client.post("/web/messages", content=endless(), headers=visitor.headers)
    assert answer.status_code == 413
    assert chat.accept.calls == 0
    exact = b'{"client_id": "%s", "text": "ok"}' % str(uuid4()).encode()
    padded = exact + b" " * (32 * 1024 - len(exact))
    for body, status in ((padded, 202), (padded + b" ", 413)):
        sent = await visitor.client.post("/web/messages", content=body, headers=visitor.headers)
        assert sent.status_code == status


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**63), "1e3", "%00"])
async def test_a_senseless_position_is_refused(visitor, after):
    for path in ("messages", "stream"):
        url = f"/web/{path}?after={after}"
        assert (await visitor.client.get(url, headers=visitor.headers)).status_code == 422


async def test_history_comes_in_pages_with_where_to_go_on(visitor, chat):
    for number in range(203):
        chat.transcript.say(visitor.address, f"old {number}")
    newest = chat.transcript.say(visitor.address, "just now")
    first = (await visitor.client.get("/web/messages", headers=visitor.headers)).json()
    assert (len(first["messages"]), first["more"]) == (200, True)
    url = f"/web/messages?after={first['cursor']}"
    rest = (await visitor.client.get(url, headers=visitor.headers)).json()
    assert [one["text"] for one in rest["messages"]] == [
        "old 200",
        "old 201",
        "old 202",
        "just now",
    ]
    assert rest["more"] is False
    assert rest["cursor"] == newest.seq
    assert (rest["typing"], rest["owner"]) == (False, "bot")


async def test_history_is_the_own_one_only(client, visitor, chat):
    chat.transcript.say(visitor.address, "private")
    other = await open_visitor(client, chat.database)
    found = await client.get("/web/messages", headers=other.headers)
    assert found.json()["messages"] == []


async def test_only_web_links_travel(visitor, chat):
    good = (("Returns", "https://help.example/returns"),)
    bad = (("x", "javascript:alert(1)"), ("y", "data:text/html,x"), ("z", "//evil.example"))
    chat.transcript.say(visitor.address, "see", links=good + bad)
    page = (await visitor.client.get("/web/messages", headers=visitor.headers)).json()
    assert page["messages"][0]["links"] == [{"label": "Returns", "url": good[0][1]}]


async def test_a_full_backlog_asks_to_come_back(visitor, chat):
    chat.accept.error = BusyError("Too much is waiting.", retry_after=7)
    answer = await visitor.send(client_id=str(uuid4()), text="hello")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")


async def test_messages_are_limited_per_session(database):
    chat = build_chat(database)
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        one = await open_visitor(client, chat.database)
        other = await open_visitor(client, chat.database)
        answers = [await one.send(client_id=str(uuid4()), text="hi") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [202] * 10 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 4
        assert (await other.send(client_id=str(uuid4()), text="hi")).status_code == 202


async def test_sessions_are_limited_per_client(database):
    chat = build_chat(database, sessions_rate=Rate(per_minute=1, burst=2))
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        codes = [(await client.post("/web/session")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_the_greeting_comes_with_the_session(database):
    chat = build_chat(database, greeting="Hello, I am Wick.")
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as client:
        assert (await client.post("/web/session")).json()["greeting"] == "Hello, I am Wick."

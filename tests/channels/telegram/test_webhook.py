"""The webhook over real HTTP, posted to by hand and by the fake Bot API's delivery."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram
from fastapi import FastAPI

from channels.base import BusyError, EventKind, OutboundButton, OutboundMessage
from channels.telegram.business import Connections
from channels.telegram.channel import TelegramChannel
from channels.telegram.errors import StartRefusedError
from channels.telegram.identity import BotIdentity
from channels.telegram.intake import Intake
from channels.telegram.setup import WebhookTarget, introduce
from channels.telegram.webhook import MAX_BODY, PATH, build_router
from kit.errors import InvalidInputError
from tests.channels.telegram.conftest import RecordingAccept, serving
from tests.channels.telegram.updates import text_update, update
from tests.fakes.telegram_api import FakeTelegram

SECRET = "a-secret_of-ours"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def app(
    accept: RecordingAccept,
    identity: BotIdentity,
    channel: TelegramChannel,
    connections: Connections,
) -> FastAPI:
    built = FastAPI()
    built.include_router(
        build_router(
            secret=SECRET,
            intake=Intake(
                bot=identity,
                accept=accept,
                on_callback=channel.answer_callback,
                on_moved=channel.follow,
                connections=connections,
            ),
        )
    )
    return built


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address + PATH


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as opened:
        yield opened


@pytest.fixture
def posting(client: httpx.AsyncClient) -> Any:
    async def post(content: Any) -> httpx.Response:
        body = json.dumps(content).encode() if isinstance(content, dict) else content
        return await client.post(PATH, content=body, headers={HEADER: SECRET})

    return post


@pytest.mark.parametrize("secret", ["", "with space", "ümlaut", "x" * 257])
def test_without_a_usable_secret_the_start_is_refused(secret: str, identity: BotIdentity):
    with pytest.raises(StartRefusedError, match="TELEGRAM_WEBHOOK_SECRET"):
        build_router(secret=secret, intake=Intake(bot=identity, accept=RecordingAccept()))
    with pytest.raises(StartRefusedError, match="TELEGRAM_WEBHOOK_SECRET"):
        WebhookTarget("https://desk.example", secret)


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET + "x", SECRET.upper(), "\xfc\xff"])
async def test_a_forged_update_is_401_and_stores_nothing(
    client: httpx.AsyncClient, accept: RecordingAccept, given: str | None
):
    headers = {} if given is None else {HEADER.encode(): given.encode("latin-1")}
    answer = await client.post(PATH, json=text_update("Hello"), headers=headers)
    assert answer.status_code == 401
    assert accept.calls == 0


async def test_a_genuine_update_is_stored_before_it_is_acknowledged(
    posting: Any, accept: RecordingAccept
):
    answer = await posting(text_update("Hello"))
    assert answer.status_code == 200
    assert accept.texts == ["Hello"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
async def test_what_cannot_be_an_update_is_400(posting: Any, accept: RecordingAccept, body: bytes):
    assert (await posting(body)).status_code == 400
    assert accept.calls == 0


@pytest.mark.parametrize(
    "content",
    [
        update(something_new={"a": 1}),
        update(channel_post={"text": "x"}),
        update(message={"text": 5}),
        update(message="\0"),
        text_update("\0"),
    ],
)
async def test_a_genuine_update_we_cannot_use_does_not_block_the_queue(
    posting: Any, accept: RecordingAccept, content: dict[str, Any]
):
    assert (await posting(content)).status_code == 200
    assert accept.calls == 0


async def test_hostile_texts_are_stored(posting: Any, accept: RecordingAccept):
    flood = "👩‍👩‍👧‍👦" * 500
    texts = ["a\0b", "\u202eمرحبا", flood, "\ud800", "<script>", "' OR 1=1 --"]
    for number, text in enumerate(texts):
        assert (await posting(text_update(text, message_id=number))).status_code == 200
    assert accept.texts == ["ab", "\u202eمرحبا", flood, "\ufffd", "<script>", "' OR 1=1 --"]


async def test_a_body_over_the_limit_is_413(posting: Any, accept: RecordingAccept):
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 65536 + 1):
            yield b" " * 65536

    assert (await posting(b" " * (MAX_BODY + 1))).status_code == 413
    assert (await posting(stream())).status_code == 413
    assert accept.calls == 0


async def test_a_full_backlog_asks_telegram_to_slow_down(posting: Any, accept: RecordingAccept):
    accept.failures.append(BusyError("full", retry_after=17))
    answer = await posting(text_update("Hello"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "17")


async def test_a_failing_database_means_deliver_again(posting: Any, accept: RecordingAccept):
    accept.failures.append(RuntimeError("the database is down"))
    answer = await posting(text_update("Hello"))
    assert answer.status_code == 503
    assert "database" not in answer.text
    assert (await posting(text_update("Hello"))).status_code == 200
    assert accept.texts == ["Hello"]


async def test_an_event_intake_refuses_for_good_is_not_asked_for_again(
    posting: Any, accept: RecordingAccept
):
    accept.failures.append(InvalidInputError("never"))
    assert (await posting(text_update("Hello"))).status_code == 200


async def register(fake: FakeTelegram, bot: telegram.Bot, identity: BotIdentity, url: str) -> None:
    await introduce(bot, identity, webhook=WebhookTarget(url, SECRET))
    assert fake.queue.url == url


async def test_telegram_delivers_each_update_and_callbacks_are_answered(
    fake: FakeTelegram,
    bot: telegram.Bot,
    identity: BotIdentity,
    channel: TelegramChannel,
    accept: RecordingAccept,
    url: str,
):
    await register(fake, bot, identity, url)
    fake.say(1, "Hello")
    [event] = await accept.wait_for(1)
    message = channel.render(_answer(event.address))[0]
    await channel.send(message)
    fake.press(1, fake.sent[0].message_id, "Yes")
    events = await accept.wait_for(2)
    await fake.wait_delivered()
    assert [(e.kind, e.text) for e in events] == [
        (EventKind.TEXT, "Hello"),
        (EventKind.BUTTON, "tok-9"),
    ]
    async with asyncio.timeout(5):  # the answer follows the acknowledgement
        while not fake.answered_callbacks:
            await asyncio.sleep(0.005)
    assert fake.answered_callbacks == [events[1].raw["callback_id"]]


async def test_failures_are_delivered_again_in_order_and_other_chats_go_on(
    fake: FakeTelegram,
    bot: telegram.Bot,
    identity: BotIdentity,
    accept: RecordingAccept,
    url: str,
):
    await register(fake, bot, identity, url)
    accept.failures = [RuntimeError("down")]
    first = fake.say(1, "one")
    fake.say(1, "two")
    fake.say(2, "other")
    await accept.wait_for(1)
    assert accept.texts == ["other"]  # Telegram waits as long as Retry-After said
    events = await accept.wait_for(3)
    assert [e.text for e in events if e.address == "1"] == ["one", "two"]
    tries = [d.status for d in fake.queue.deliveries if d.update_id == first.update_id]
    assert tries == [503, 200]


async def test_duplicates_and_the_strange_never_become_two_events_or_a_loop(
    fake: FakeTelegram,
    bot: telegram.Bot,
    identity: BotIdentity,
    accept: RecordingAccept,
    url: str,
):
    await register(fake, bot, identity, url)
    fake.configure(duplicate_rate=1.0)
    own = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "echo"}
    fake.post({"message": {**own, "from": fake.bot_user}})
    said = fake.say(1, "see my photo")
    fake.photo(1, caption="broken")
    fake.edit(1, said.message_id, "see my picture")
    fake.say(-5, "chatter among people", user=8)
    fake.post({"message": {"broken": True}})
    fake.say(1, "/start spring")
    await fake.wait_delivered()
    await accept.wait_for(4)
    assert [e.kind for e in accept.events] == [
        EventKind.TEXT,
        EventKind.MEDIA,
        EventKind.EDIT,
        EventKind.COMMAND,
    ]
    assert accept.events[2].edits == accept.events[0].key
    assert {d.status for d in fake.queue.deliveries} == {200}


def _answer(address: str) -> OutboundMessage:
    return OutboundMessage(
        id="1", address=address, author="bot", text="Hi", buttons=(OutboundButton("Yes", "tok-9"),)
    )

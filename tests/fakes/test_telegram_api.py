"""The fake is as strict as Telegram: what it refuses, how it delivers, its controls over HTTP."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram
from aiohttp import web

from tests.fakes.telegram_api import FakeTelegram, RemoteTelegram, telegram_in_thread
from tests.fakes.telegram_api.markup import MarkupError, parse_html


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(retry_base_s=0.01, retry_cap_s=0.05, seed=1) as running:
        running.open_chat(1)
        yield running


async def call(fake: FakeTelegram, method: str, **parameters: Any) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(f"{fake.url}/bot{fake.token}/{method}", json=parameters)


class Receiver:
    """A webhook that notes what comes and answers from a script, 200 once that is used up."""

    def __init__(self, *script: int) -> None:
        self.script = list(script)
        self.got: list[tuple[int, str | None]] = []
        self.url = ""
        self.runner: web.AppRunner | None = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.got.append((body["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=self.script.pop(0) if self.script else 200)

    async def __aenter__(self) -> "Receiver":
        app = web.Application()
        app.router.add_post("/hook", self.receive)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.runner is not None
        await self.runner.cleanup()


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"chat_id": 1, "text": ""}, 400, "message text is empty"),
        ({"chat_id": 1, "text": " \n\u200b"}, 400, "message text is empty"),
        ({"chat_id": 1, "text": "x" * 4097}, 400, "message is too long"),
        ({"chat_id": 1, "text": "😀" * 2049}, 400, "message is too long"),
        ({"chat_id": 1, "text": "a\0b"}, 400, "UTF-8"),
        ({"chat_id": 1, "text": "<b>x", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ({"chat_id": 1, "text": "x", "parse_mode": "Emoji"}, 400, "unsupported parse_mode"),
        ({"chat_id": 2, "text": "x"}, 400, "chat not found"),
        ({"text": "x"}, 400, "chat_id is empty"),
        ({"chat_id": 1, "text": "x", "message_thread_id": 5}, 400, "thread not found"),
    ],
)
async def test_messages_telegram_would_refuse_are_refused(
    fake: FakeTelegram, parameters: dict[str, Any], status: int, words: str
):
    answer = await call(fake, "sendMessage", **parameters)
    assert answer.status_code == answer.json()["error_code"] == status
    assert words in answer.json()["description"]
    assert not fake.sent


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x", "callback_data": "y" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "y"}, "inline keyboard button"),
        ({"text": "x"}, "inline keyboard button"),
    ],
)
async def test_buttons_telegram_would_refuse_are_refused(
    fake: FakeTelegram, button: dict[str, str], words: str
):
    markup = {"inline_keyboard": [[button]]}
    answer = await call(fake, "sendMessage", chat_id=1, text="x", reply_markup=markup)
    assert (answer.status_code, words in answer.json()["description"]) == (400, True)


async def test_more_than_a_hundred_buttons_are_refused(fake: FakeTelegram):
    rows = [[{"text": "x", "callback_data": "y"}]] * 101
    markup = {"inline_keyboard": rows}
    answer = await call(fake, "sendMessage", chat_id=1, text="x", reply_markup=markup)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot; &copy;", 'a <b> & "c" &copy;'),
        ("<b>bold <i>both</i></b> <a href='https://x.example'>link</a>", "bold both link"),
        ("<pre><code class='language-py'>1</code></pre>", "1"),
        ("<blockquote expandable>q</blockquote>", "q"),
        ('<span class="tg-spoiler">s</span> > 1', "s > 1"),
    ],
)
def test_markup_shows_what_telegram_shows(source: str, shown: str):
    assert parse_html(source)[0] == shown


@pytest.mark.parametrize(
    "source", ["<b>", "</b>", "<b><i></b></i>", "<div>x</div>", "1 < 2", "<", "<span>x</span>"]
)
def test_markup_telegram_cannot_parse_is_an_error(source: str):
    with pytest.raises(MarkupError):
        parse_html(source)


def test_entities_count_in_utf16_units():
    [entity] = parse_html("😀<b>x</b>")[1]
    assert (entity["offset"], entity["length"]) == (2, 1)


async def test_a_wrong_token_or_method_is_refused(fake: FakeTelegram):
    async with httpx.AsyncClient() as client:
        paths = ["/bot1:WRONG/getMe", "/botnone/getMe", f"/bot{fake.token}/makeCoffee"]
        answers = [await client.get(fake.url + path) for path in paths]
    assert [answer.status_code for answer in answers] == [401, 404, 404]


async def test_a_chat_over_its_limit_gets_429_with_a_time(fake: FakeTelegram):
    answers = [await call(fake, "sendMessage", chat_id=1, text=str(n)) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["parameters"] == {"retry_after": 1}
    fake.configure(strict=False)
    assert (await call(fake, "sendMessage", chat_id=1, text="x")).status_code == 200


async def test_edits_and_callback_answers_are_checked(fake: FakeTelegram):
    async with telegram.Bot(fake.token, base_url=f"{fake.url}/bot") as bot:
        keyboard = telegram.InlineKeyboardMarkup.from_button(
            telegram.InlineKeyboardButton("Yes", callback_data="tok")
        )
        sent = await bot.send_message(1, "one", reply_markup=keyboard)
        callback_id = fake.press(1, sent.message_id, "Yes")
        assert await bot.answer_callback_query(callback_id)
        with pytest.raises(telegram.error.BadRequest, match="uery is too old"):
            await bot.answer_callback_query(callback_id)
        await bot.edit_message_text("two", 1, sent.message_id)
        assert [message.text for message in fake.messages(1)] == ["two"]
        with pytest.raises(telegram.error.BadRequest, match="not modified"):
            await bot.edit_message_text("two", 1, sent.message_id)
        with pytest.raises(telegram.error.BadRequest, match="not found"):
            await bot.edit_message_text("two", 1, 999)
        with pytest.raises(LookupError):
            fake.press(1, sent.message_id, "Yes")


async def test_the_library_reads_every_update_the_fake_makes(fake: FakeTelegram):
    fake.say(1, "/start spring")
    said = fake.say(-7, "hi @lumen_loom_test_bot", user=3, thread=9)
    for kind in ("photo", "voice", "video", "sticker", "document", "location", "contact", "dice"):
        fake.media(1, kind)
    fake.edit(-7, said.message_id, "changed")
    async with telegram.Bot(fake.token, base_url=f"{fake.url}/bot") as bot:
        updates = await bot.get_updates()
    assert len(updates) == 11
    assert updates[0].message is not None
    assert updates[0].message.entities[0].type == "bot_command"
    assert updates[1].message is not None
    assert updates[1].message.is_topic_message
    assert updates[-1].edited_message is not None


async def test_an_offset_confirms_and_a_second_poller_ends_the_first(fake: FakeTelegram):
    ids = [fake.say(1, str(n)).update_id for n in range(3)]
    first = (await call(fake, "getUpdates", limit=2)).json()["result"]
    assert [update["update_id"] for update in first] == ids[:2]
    rest = (await call(fake, "getUpdates", offset=ids[1] + 1)).json()["result"]
    assert [update["update_id"] for update in rest] == ids[2:]
    waiting = asyncio.create_task(call(fake, "getUpdates", offset=ids[2] + 1, timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(call(fake, "getUpdates", offset=ids[2] + 1, timeout=5))
    assert (await waiting).status_code == 409
    news = fake.say(1, "news").update_id
    assert [u["update_id"] for u in (await second).json()["result"]] == [news]


async def test_polling_is_refused_while_a_webhook_is_set(fake: FakeTelegram):
    await call(fake, "setWebhook", url="http://127.0.0.1:9/")
    assert (await call(fake, "getUpdates")).status_code == 409
    await call(fake, "deleteWebhook")
    assert (await call(fake, "getUpdates")).status_code == 200


async def test_a_failing_update_blocks_its_chat_and_no_other(fake: FakeTelegram):
    async with Receiver(500, 500, 200) as receiver:
        await call(fake, "setWebhook", url=receiver.url, secret_token="s-1")
        first = fake.say(1, "one").update_id
        second = fake.say(1, "two").update_id
        await fake.wait_delivered()
        assert receiver.got == [(first, "s-1")] * 3 + [(second, "s-1")]
        third, other = fake.say(1, "three").update_id, fake.say(2, "other").update_id
        await fake.wait_delivered()
        assert {update for update, _ in receiver.got[4:]} == {third, other}


async def test_updates_wait_for_an_app_that_is_down(fake: FakeTelegram):
    receiver = Receiver()
    async with receiver:
        await call(fake, "setWebhook", url=receiver.url)
        port = int(receiver.url.split(":")[2].split("/")[0])
    said = fake.say(1, "is anybody there?").update_id
    await asyncio.sleep(0.1)
    assert (await call(fake, "getWebhookInfo")).json()["result"]["pending_update_count"] == 1
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await fake.wait_delivered()
    assert [update for update, _ in receiver.got] == [said]
    await runner.cleanup()


async def test_duplicates_come_with_the_same_update_id(fake: FakeTelegram):
    fake.configure(duplicate_rate=1.0)
    async with Receiver() as receiver:
        await call(fake, "setWebhook", url=receiver.url)
        said = fake.say(1, "one").update_id
        async with asyncio.timeout(2):
            while len(receiver.got) < 2:
                await asyncio.sleep(0.01)
    assert receiver.got == [(said, None)] * 2


async def test_kinds_the_bot_does_not_want_are_not_sent(fake: FakeTelegram):
    await call(fake, "getUpdates", allowed_updates=["callback_query"])
    fake.say(1, "unwanted")
    assert (await call(fake, "getUpdates")).json()["result"] == []


async def test_waiting_in_vain_says_what_came(fake: FakeTelegram):
    await call(fake, "sendMessage", chat_id=1, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await fake.wait_for(chat=1, containing="lamp", timeout=0.05)


def test_everything_can_be_driven_from_another_thread():
    with telegram_in_thread(strict=False) as remote:
        said = remote.say(5, "Hello")
        remote.edit(5, said.message_id, "Hello!")
        remote.photo(5, caption="look")
        token = remote.state()["token"]
        keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "tok"}]]}
        body = {"chat_id": 5, "text": "Hi", "reply_markup": keyboard}
        remote.fail("status", value=500)
        url = f"{remote.url}/bot{token}/sendMessage"
        assert [httpx.post(url, json=body).status_code for _ in range(2)] == [500, 200]
        [answer] = remote.wait_for(chat=5, containing="Hi")
        assert remote.press(5, answer.message_id, "Yes")
        remote.block(5)
        assert httpx.post(url, json=body).status_code == 403
        assert remote.state()["webhook"]["pending_update_count"] == 5
        assert (remote.mark(), len(remote.messages(5, after=1))) == (1, 0)
        with pytest.raises(TimeoutError):
            remote.wait_for(chat=5, count=2, timeout=0.05)
        with pytest.raises(ValueError, match="no button"):
            remote.press(5, answer.message_id, "Maybe")


def test_it_runs_as_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.fakes.telegram_api", "--port", "0", "--lenient"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].rstrip(",")
        remote = RemoteTelegram(url)
        assert remote.say(1, "Hello").message_id == 1
        remote.close()
    finally:
        process.terminate()
        assert process.wait(timeout=5) == 0

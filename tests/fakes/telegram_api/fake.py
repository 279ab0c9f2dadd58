"""The fake Bot API in this event loop: customers' deeds, what the bot sent, faults on purpose.

    async with FakeTelegram() as fake:
        bot = telegram.Bot(fake.token, base_url=f"{fake.url}/bot")
        fake.say(100, "Where is my lamp?")
        [answer] = await fake.wait_for(chat=100, containing="lamp")
        fake.press(100, answer.message_id, "That helped")

All methods but start, stop and the wait_* ones are plain calls; make them in the fake's loop.
RemoteTelegram (remote.py) offers the same over HTTP to other threads and processes.
"""

import asyncio
import random
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram_api import customers
from tests.fakes.telegram_api.deeds import Deeds
from tests.fakes.telegram_api.limits import Limits
from tests.fakes.telegram_api.records import (
    Call,
    Chat,
    Connection,
    Fault,
    SentMessage,
    Update,
)
from tests.fakes.telegram_api.server import build_app
from tests.fakes.telegram_api.updates import UpdateQueue

TOKEN = "123456789:AAFakeTokenOfTheFakeBotApiServer123"
USERNAME = "lumen_loom_test_bot"


class FakeTelegram(Deeds):
    """One bot's Telegram."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = USERNAME,
        strict: bool = True,
        duplicate_rate: float = 0.0,
        retry_base_s: float = 0.05,
        retry_cap_s: float = 1.0,
        chat_burst: int = 5,
        seed: int | None = None,
    ) -> None:
        self.token = token
        self.strict = strict
        self.bot_user: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Wick",
            "username": username,
        }
        self.url = ""
        self.chats: dict[int, Chat] = {}
        self.sent: list[SentMessage] = []
        self.written: dict[tuple[int, int], dict[str, Any]] = {}
        self.calls: deque[Call] = deque(maxlen=200_000)
        self.faults: list[Fault] = []
        self.menus: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.actions: list[tuple[int, str]] = []
        self.connections: dict[str, Connection] = {}
        self.business_chats: dict[tuple[str, int], Chat] = {}
        self.open_callbacks: dict[str, float] = {}
        self.answered_callbacks: list[str] = []
        self.limits = Limits(chat_burst=chat_burst)
        self.queue = UpdateQueue(retry_base_s=retry_base_s, retry_cap_s=retry_cap_s, seed=seed)
        self.queue.duplicate_rate = duplicate_rate
        self._by_id: dict[tuple[int, int], int] = {}
        self._update_id = 500_000_000 + secrets.randbelow(1_000_000)
        self._message_id = 0
        self._random = random.Random(seed)
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Serve on the port of the loopback interface (0: a free one); `url` then says where."""
        self._runner = web.AppRunner(build_app(self), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop serving and delivering."""
        await self.queue.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def open_chat(self, chat: int) -> Chat:
        """The customer has met the bot: without this a send gets `chat not found`."""
        return self.chats.setdefault(chat, Chat(chat))

    def post(self, update: dict[str, Any]) -> int:
        """Send any update, also a broken one; without `update_id` it gets the next one.

        As with Telegram, getFile then serves the photos and voice messages in it.
        """
        kind = next((key for key in update if key != "update_id"), "")
        body = {"update_id": self._next_update_id(), **update}
        inner = body.get(kind)
        chat = inner.get("chat") if isinstance(inner, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            known = self.open_chat(chat["id"])
            person = inner.get("from") if isinstance(inner, dict) else None
            if isinstance(person, dict) and isinstance(person.get("id"), int):
                known.users[person["id"]] = person
            self.files.update(customers.files_of(inner or {}))
        queue = f"chat:{chat.get('id')}" if isinstance(chat, dict) else "other"
        self.queue.add(Update(body["update_id"], kind, queue, body))
        return int(body["update_id"])

    # what goes wrong, and how strict we are

    def fail(self, kind: str, **how: Any) -> None:
        """Let something go wrong on purpose; records.Fault lists the kinds."""
        self.faults.append(Fault(kind, **how))

    def take_fault(self, method: str, chat: int | None) -> Fault | None:
        """Return the fault that hits this call, used up by one."""
        for fault in self.faults:
            if fault.applies(method, chat) and self._random.random() < fault.rate:
                fault.count -= fault.count > 0
                return fault
        return None

    def configure(
        self,
        *,
        strict: bool | None = None,
        duplicate_rate: float | None = None,
        retry_base_s: float | None = None,
        retry_cap_s: float | None = None,
    ) -> None:
        """Change the behaviour while it runs."""
        self.strict = self.strict if strict is None else strict
        queue = self.queue
        queue.duplicate_rate = queue.duplicate_rate if duplicate_rate is None else duplicate_rate
        queue.retry_base_s = queue.retry_base_s if retry_base_s is None else retry_base_s
        queue.retry_cap_s = queue.retry_cap_s if retry_cap_s is None else retry_cap_s

    # what the bot did

    def messages(self, chat: int | None = None, *, after: int = 0) -> list[SentMessage]:
        """Messages the bot sent, to one chat or to all, from index `after` on."""
        return [m for m in self.sent[after:] if chat is None or m.chat_id == chat]

    def mark(self) -> int:
        """Return the index the next message will get, for `after`."""
        return len(self.sent)

    async def wait_for(
        self,
        *,
        chat: int | None = None,
        containing: str = "",
        count: int = 1,
        after: int = 0,
        timeout: float = 10.0,
    ) -> list[SentMessage]:
        """Return the first messages that fit once there are `count`; TimeoutError otherwise."""

        def fitting() -> list[SentMessage]:
            return [m for m in self.messages(chat, after=after) if containing in m.text]

        try:
            await self.wait_until(lambda: len(fitting()) >= count, timeout)
        except TimeoutError:
            shown = [(m.chat_id, m.text[:60]) for m in self.messages(after=after)][-10:]
            raise TimeoutError(
                f"{len(fitting())} of {count} messages came; last: {shown}"
            ) from None
        return fitting()[:count]

    async def wait_delivered(self, *, timeout: float = 10.0) -> None:
        """Return when the bot has taken every update; TimeoutError otherwise."""
        await self.wait_until(lambda: not self.queue.pending, timeout)

    # for methods and server

    def find_sent(self, chat: int, message_id: int | None) -> SentMessage | None:
        """Return a message the bot sent, None when there is none."""
        index = self._by_id.get((chat, message_id or 0))
        return None if index is None else self.sent[index]

    def record_sent(self, message: SentMessage) -> None:
        """Keep a message the bot sent."""
        self._by_id[message.chat_id, message.message_id] = message.index
        self.sent.append(message)
        self._changed.set()

    def change_sent(self, message: SentMessage, **changes: Any) -> SentMessage:
        """Keep the bot's edit of a message."""
        changed = replace(message, **changes)
        self.sent[message.index] = changed
        self._changed.set()
        return changed

    def next_message_id(self) -> int:
        """Return a message id nobody has."""
        self._message_id += 1
        return self._message_id

    def _next_update_id(self) -> int:
        self._update_id += 1
        return self._update_id

    def push(self, kind: str, content: dict[str, Any], *, queue: str | None = None) -> int:
        """Put an update of this kind into its queue and return its id."""
        update_id = self._next_update_id()
        body = {"update_id": update_id, kind: content}
        lane = queue or f"chat:{content['chat']['id']}"
        self.queue.add(Update(update_id, kind, lane, body))
        return update_id

    async def wait_until(self, fulfilled: Callable[[], bool], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not fulfilled():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue

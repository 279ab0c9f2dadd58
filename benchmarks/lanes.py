"""The ways a customer's message can go in the turn benchmark; each answers with its latency.

A lane starts a customer (a chat, an episode, a sender) and carries one message and its reply.
"""

import asyncio
import itertools
import uuid
from typing import Any, Protocol

import aiohttp

from benchmarks.measuring import now_ms
from tests.fakes.telegram_api.fake import FakeTelegram
from tests.fakes.telegram_api.records import SentMessage

LONGEST_TURN_S = 60.0
# Chats from here on are answered by a sender that does nothing but tell us: see bench_app.
FIRST_UNSENT_CHAT = 5_000_000_000


class NoReplyError(Exception):
    """A turn gave no words, or none in time; figures from such a run mean nothing."""


class Lane(Protocol):
    """One system under test."""

    name: str

    def new_customer(self) -> Any:
        """Return somebody who has never written before."""
        ...

    async def say(self, customer: Any, text: str) -> float:
        """Carry the message there and its reply back; return the milliseconds it took."""
        ...


class WatchedTelegram(FakeTelegram):
    """A lenient Bot API that says when a chat got its message."""

    def __init__(self) -> None:
        super().__init__(strict=False)
        self._waiting: dict[int, asyncio.Future[float]] = {}

    def expect(self, chat: int) -> asyncio.Future[float]:
        """Return when the next message for the chat arrives."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[chat] = future
        return future

    def arrive(self, chat: int) -> None:
        """Say that a message for the chat is here."""
        future = self._waiting.pop(chat, None)
        if future is not None and not future.done():
            future.set_result(now_ms())

    def record_sent(self, message: SentMessage) -> None:
        """Take the time before any bookkeeping."""
        self.arrive(message.chat_id)
        super().record_sent(message)


class WholeRoad:
    """Telegram posts the update to our webhook; the reply arrives at Telegram as a sendMessage."""

    def __init__(self, telegram: WatchedTelegram, *, name: str, first_chat: int) -> None:
        self.name = name
        self.windows: list[tuple[float, float]] = []
        self._telegram = telegram
        self._chats = itertools.count(first_chat)

    def new_customer(self) -> int:
        return next(self._chats)

    async def say(self, customer: int, text: str) -> float:
        arrival = self._telegram.expect(customer)
        begun = now_ms()
        self._telegram.say(customer, text)
        try:
            arrived = await asyncio.wait_for(arrival, LONGEST_TURN_S)
        except TimeoutError:
            raise NoReplyError(f"{self.name}: no reply to {text!r}") from None
        self.windows.append((begun, arrived))
        return arrived - begun


class BareEngine:
    """The gateway's request straight to the engine; the app only serves its actions."""

    name = "bare engine"

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._session = session
        self._url = f"{url}/webhooks/gateway/turn"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._known: set[str] = set()

    def new_customer(self) -> str:
        return str(uuid.uuid4())

    async def say(self, customer: str, text: str) -> float:
        body = {
            "episode_id": customer,
            "message_id": str(uuid.uuid4()),
            "text": text,
            "intent": None,
            "slots": {} if customer in self._known else self._opening_slots(customer),
        }
        begun = now_ms()
        async with self._session.post(self._url, json=body, headers=self._headers) as answer:
            reply = await answer.json()
        took = now_ms() - begun
        said = [m for m in reply.get("messages", ()) if m["text"] or (m["custom"] or {}).get("say")]
        if len(said) != 1:
            raise NoReplyError(f"{self.name}: {len(said)} replies to {text!r}, expected one")
        return took

    def _opening_slots(self, customer: str) -> dict[str, str | None]:
        self._known.add(customer)
        return {
            "customer_name": "Customer",
            "relationship_stage": "acquisition",
            "last_order_number": None,
            "human_outcome": None,
        }


class StockBot:
    """A stock Rasa server over its `rest` channel."""

    name = "stock Rasa bot"

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.silent = 0
        self._session = session
        self._url = f"{url}/webhooks/rest/webhook"

    def new_customer(self) -> str:
        return uuid.uuid4().hex

    async def say(self, customer: str, text: str) -> float:
        begun = now_ms()
        body = {"sender": customer, "message": text}
        async with self._session.post(self._url, json=body) as answer:
            reply = await answer.json()
        took = now_ms() - begun
        self.silent += not reply
        return took


class ArrivalsByDatagram(asyncio.DatagramProtocol):
    """Hears from the app's no-op sender which chat would have got its message."""

    def __init__(self, telegram: WatchedTelegram) -> None:
        self._telegram = telegram

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002  asyncio's signature
        self._telegram.arrive(int(data))

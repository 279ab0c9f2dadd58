"""The client of the dialogue engine. Only gateway.answer speaks to the engine, through this."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import httpx

from kit.errors import AppError


class EngineError(AppError):
    """A turn could not be had from the engine.

    EngineError
    ├── EngineUnavailableError   down, busy, or failed inside: the same turn may work later
    └── EngineRefusedError       it will never take this turn
    """


class EngineUnavailableError(EngineError):
    """The engine did not answer properly; trying the same message again is safe."""

    status = 503


class EngineRefusedError(EngineError):
    """The engine rejects this turn for good."""


@dataclass(frozen=True)
class EngineInput:
    """One turn for the engine: words or a trusted intent, never both."""

    episode_id: UUID
    message_id: UUID
    text: str | None = None
    intent: str | None = None
    entities: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True)
class EngineMessage:
    """One bot message: text, buttons as (title, payload), and the action's own data."""

    text: str | None
    buttons: tuple[tuple[str, str], ...]
    custom: dict[str, Any]


@dataclass(frozen=True)
class EngineReply:
    """What the engine made of a turn."""

    messages: tuple[EngineMessage, ...]
    intent: str | None
    confidence: float | None
    active_loop: str | None


@dataclass(frozen=True)
class Parse:
    """What the engine understands of a text: the ladder's intent, and the entities in it."""

    intent: str
    confidence: float
    entities: tuple[tuple[str, str], ...] = ()

    def values_of(self, entity: str) -> tuple[str, ...]:
        """Return every value of one entity."""
        return tuple(value for name, value in self.entities if name == entity)


class Dialogue(Protocol):
    """What answers turns; tests put a fake in its place."""

    async def handle(self, turn: EngineInput) -> EngineReply:
        """Run one turn. Errors: EngineUnavailableError (try again), EngineRefusedError (never)."""
        ...

    async def parse(self, texts: Sequence[str], *, language: str) -> tuple[Parse, ...]:
        """Say what texts mean, in order, without a turn. Errors: EngineUnavailableError."""
        ...


class DialogueEngine:
    """Speaks to one or more engines; an episode always goes to the same one."""

    def __init__(self, urls: tuple[str, ...], *, secret: str, timeout_s: float) -> None:
        self._urls = urls
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {secret}"},
            timeout=httpx.Timeout(timeout_s, connect=2.0),
            limits=httpx.Limits(max_keepalive_connections=32, keepalive_expiry=60),
        )

    async def handle(self, turn: EngineInput) -> EngineReply:
        """Run one turn. Errors: EngineUnavailableError (try again), EngineRefusedError (never)."""
        body = {
            "episode_id": str(turn.episode_id),
            "message_id": str(turn.message_id),
            "text": neutralise(turn.text) if turn.text is not None else None,
            "intent": {"name": turn.intent, "entities": turn.entities} if turn.intent else None,
            "slots": turn.slots,
            "language": turn.language,
        }
        try:
            response = await self._client.post(
                f"{self._choose(turn.episode_id)}/webhooks/gateway/turn", json=body
            )
        except httpx.HTTPError as error:
            raise EngineUnavailableError(f"engine not reached: {type(error).__name__}") from error
        return _parse(response)

    async def parse(self, texts: Sequence[str], *, language: str) -> tuple[Parse, ...]:
        """Say what texts mean, in order, without a turn. Errors: EngineUnavailableError."""
        body = {"texts": list(texts), "language": language}
        try:
            response = await self._client.post(f"{self._urls[0]}/webhooks/gateway/parse", json=body)
        except httpx.HTTPError as error:
            raise EngineUnavailableError(f"engine not reached: {type(error).__name__}") from error
        if response.status_code != httpx.codes.OK:
            raise EngineUnavailableError(f"engine answered {response.status_code}")
        try:
            return tuple(_read_parse(item) for item in response.json()["parses"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineUnavailableError("engine's answer was not understood") from error

    async def is_ready(self) -> bool:
        """Say whether every engine serves the pinned model."""
        try:
            answers = [
                await self._client.get(f"{url}/webhooks/gateway/ready", timeout=3.0)
                for url in self._urls
            ]
        except httpx.HTTPError:
            return False
        return all(answer.status_code == httpx.codes.OK for answer in answers)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _choose(self, episode_id: UUID) -> str:
        return self._urls[zlib.crc32(episode_id.bytes) % len(self._urls)]


def neutralise(text: str) -> str:
    """Return typed text such that the engine never reads it as a command.

    The engine runs text that begins with a slash as an intent, a restart or a rewind; a zero-width
    space in front keeps it plain text, and the featurizer drops that character again.
    """
    seen = text.replace("\x00", " ")  # as the engine reads it
    return f"\u200b{seen.lstrip()}" if seen.strip().startswith("/") else text


# They speak of the set-up or the moment, not of this turn.
_NOT_OURS = frozenset({401, 403, 404, 408, 429})


def _parse(response: httpx.Response) -> EngineReply:
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise EngineUnavailableError(f"engine answered {response.status_code}")
    if response.status_code in _NOT_OURS:
        raise EngineUnavailableError(f"engine answered {response.status_code}: check its set-up")
    if response.status_code != httpx.codes.OK:
        raise EngineRefusedError(f"engine answered {response.status_code}")
    try:
        data = response.json()
        messages = tuple(_message(item) for item in data["messages"])
        intent = data.get("intent") or {}
        return EngineReply(
            messages=messages,
            intent=intent.get("name"),
            confidence=intent.get("confidence"),
            active_loop=data.get("active_loop"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineUnavailableError("engine's answer was not understood") from error


def _read_parse(item: dict[str, Any]) -> Parse:
    entities = tuple((str(one["entity"]), str(one["value"])) for one in item.get("entities") or ())
    return Parse(str(item["intent"]), float(item["confidence"]), entities)


def _message(item: dict[str, Any]) -> EngineMessage:
    buttons = tuple((button["title"], button["payload"]) for button in item.get("buttons") or ())
    return EngineMessage(item.get("text") or None, buttons, item.get("custom") or {})

"""The web chat over HTTP: session, messages, history, live connection. Included by install.

This router is an edge: it commits its own session rows. Messages are committed by `accept`.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from channels.base import Accept, EventKind, InboundEvent, Sender
from channels.ports import Transcript
from channels.web.limits import ConnectionLimit, Rate, RateLimit
from channels.web.schemas import AcceptedOut, HistoryOut, SentMessage, SessionOut, as_messages_out
from channels.web.sessions import OpenedSession, find_address, open_session
from channels.web.stream import PAGE, LiveTranscript
from kit.clock import utc_now
from kit.database import Database
from kit.errors import AppError, InvalidInputError, UnauthenticatedError

MAX_BODY = 32 * 1024
MAX_SEQ = 2**63 - 1
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_BODY_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SentMessage.model_json_schema()}},
    }
}

After = Annotated[int, Query(ge=0, le=MAX_SEQ, description="Messages past this seq only.")]


class TooLargeError(AppError):
    """The body is larger than a chat message can be."""

    status = 413


@dataclass(frozen=True)
class WebChat:
    """What the routes work with."""

    database: Database
    accept: Accept
    transcript: Transcript
    lifetime: timedelta
    greeting: str | None
    heartbeat_s: float
    sessions_rate: RateLimit
    messages_rate: RateLimit
    connections: ConnectionLimit

    async def open(self) -> OpenedSession:
        """Open a session and commit it."""
        async with self.database.session() as session:
            opened = await open_session(session, lifetime=self.lifetime)
            await session.commit()
        return opened

    async def get_address(self, authorization: str) -> str:
        """Return the address of the bearer's session; the same 401 whatever is wrong with it."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and (address := await self.find_address(token.strip())):
            return address
        raise UnauthenticatedError("This chat session is not known or has ended.")

    async def find_address(self, token: str) -> str | None:
        """Return the address the token opens, if any."""
        async with self.database.session() as session:
            address = await find_address(session, token, lifetime=self.lifetime)
            await session.commit()
        return address


def create_router(
    database: Database,
    *,
    accept: Accept,
    transcript: Transcript,
    session_days: int = 30,
    greeting: str | None = None,
    heartbeat_s: float = 15.0,
    messages_rate: Rate = Rate(per_minute=20, burst=10),  # noqa: B008  frozen
    sessions_rate: Rate = Rate(per_minute=60, burst=60),  # noqa: B008  frozen
) -> APIRouter:
    """Build the routes. `sessions_rate` is per client address, `messages_rate` per session."""
    chat = WebChat(
        database=database,
        accept=accept,
        transcript=transcript,
        lifetime=timedelta(days=session_days),
        greeting=greeting,
        heartbeat_s=heartbeat_s,
        sessions_rate=RateLimit(sessions_rate),
        messages_rate=RateLimit(messages_rate),
        connections=ConnectionLimit(8),
    )
    router = APIRouter(prefix="/web", tags=["web chat"])
    _add_writing(router, chat)
    _add_reading(router, chat)
    return router


def _add_writing(router: APIRouter, chat: WebChat) -> None:
    @router.post("/session")
    async def open_chat(request: Request) -> SessionOut:
        """Open a chat session for a new browser."""
        chat.sessions_rate.spend(request.client.host if request.client else "")
        opened = await chat.open()
        return SessionOut(token=opened.token, expires_at=opened.expires_at, greeting=chat.greeting)

    @router.post("/messages", status_code=202, openapi_extra=_BODY_SCHEMA)
    async def send_message(
        request: Request, authorization: Annotated[str, Header()] = ""
    ) -> AcceptedOut:
        """Store what the customer wrote or pressed; the answer arrives on the live connection."""
        address = await chat.get_address(authorization)
        chat.messages_rate.spend(address)
        sent = _parse(await _read_body(request))
        accepted = await chat.accept(_as_event(sent, address, locale=_find_locale(request)))
        return AcceptedOut(message_id=accepted.message_id, duplicate=accepted.duplicate)


def _add_reading(router: APIRouter, chat: WebChat) -> None:
    @router.get("/messages")
    async def read_history(
        after: After = 0, authorization: Annotated[str, Header()] = ""
    ) -> HistoryOut:
        """Return what was said past `after`, oldest first."""
        address = await chat.get_address(authorization)
        page = await chat.transcript.read_after(address, after, limit=PAGE)
        return HistoryOut(
            messages=as_messages_out(page.messages),
            cursor=page.end_after(after),
            more=len(page.messages) >= PAGE,
            typing=page.typing,
            owner=page.owner,
        )

    @router.get("/stream", response_class=StreamingResponse)
    async def stream_messages(
        after: After = 0,
        last_event_id: Annotated[str, Header()] = "",
        authorization: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        """Send messages as they come, as Server-Sent Events, past `after` or Last-Event-ID."""
        address = await chat.get_address(authorization)
        chat.connections.require_room(address)
        start = max(after, _read_seq(last_event_id))
        return StreamingResponse(
            _follow(chat, address, after=start, authorization=authorization),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


async def _follow(
    chat: WebChat, address: str, *, after: int, authorization: str
) -> AsyncIterator[str]:
    async def still_allowed() -> bool:
        try:
            return await chat.get_address(authorization) == address
        except UnauthenticatedError:
            return False

    live = LiveTranscript(chat.transcript, address, after=after)
    with chat.connections.hold(address):
        async for event in live.follow(heartbeat_s=chat.heartbeat_s, still_allowed=still_allowed):
            yield event


async def _read_body(request: Request) -> bytes:
    """Read the body, but never more of it than a message may have."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLargeError("The message is too large.")
    return bytes(body)


def _parse(body: bytes) -> SentMessage:
    try:
        return SentMessage.model_validate_json(body)
    except ValidationError as error:
        fields = {".".join(str(part) for part in one["loc"]) or "body" for one in error.errors()}
        known = sorted(fields & {"client_id", "text", "button", "body"})
        raise InvalidInputError(f"Not a chat message: {', '.join(known) or 'body'}.") from None


def _as_event(sent: SentMessage, address: str, *, locale: str | None) -> InboundEvent:
    return InboundEvent(
        channel="web",
        key=f"{address}:{sent.client_id}",
        address=address,
        sender=Sender(account=address, locale=locale),
        kind=EventKind.BUTTON if sent.button else EventKind.TEXT,
        text=sent.button or sent.text or "",
        sent_at=utc_now(),
    )


def _find_locale(request: Request) -> str | None:
    found = _LOCALE.match(request.headers.get("accept-language", ""))
    return found.group() if found else None


def _read_seq(text: str) -> int:
    return min(int(text), MAX_SEQ) if text.isascii() and text.isdigit() and len(text) < 20 else 0

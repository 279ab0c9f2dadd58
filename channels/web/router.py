"""The web chat over HTTP: session, messages, history, live connection, desk. Included by install.

This router is an edge: it commits its own session rows. Messages are committed by `accept`.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError

from channels.base import Accept, Attachment, EventKind, InboundEvent, Sender
from channels.limits import ConnectionLimit, Rate, RateLimit
from channels.ports import Files, Opening, Transcript
from channels.web.identity import verify_user
from channels.web.schemas import (
    AcceptedOut,
    ClaimedUser,
    DeskOut,
    HistoryOut,
    SentMessage,
    SessionOut,
    as_messages_out,
)
from channels.web.sessions import KnownSession, OpenedSession, find_session, open_session
from channels.web.stream import PAGE, LiveTranscript
from channels.web.uploads import Uploads, add_uploads
from kit.clock import utc_now
from kit.database import Database
from kit.errors import AppError, InvalidInputError, UnauthenticatedError

MAX_BODY = 32 * 1024
MAX_SEQ = 2**63 - 1
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
Body = TypeVar("Body", bound=BaseModel)
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
    opening: Opening | None
    identity_secret: str
    lifetime: timedelta
    greeting: str | None
    heartbeat_s: float
    sessions_rate: RateLimit
    messages_rate: RateLimit
    desk_rate: RateLimit
    connections: ConnectionLimit

    async def open(self, claimed: ClaimedUser | None) -> OpenedSession:
        """Open a session and commit it. Raises ForbiddenError for a forged user."""
        verified = None
        if claimed is not None:
            secret = self.identity_secret
            verified = verify_user(claimed.user, claimed.signature, secret=secret)
        async with self.database.session() as session:
            opened = await open_session(session, lifetime=self.lifetime, verified=verified)
            await session.commit()
        return opened

    async def get_session(self, authorization: str) -> KnownSession:
        """Return the bearer's session; the same 401 whatever is wrong with it."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and (known := await self.find_session(token.strip())):
            return known
        raise UnauthenticatedError("This chat session is not known or has ended.")

    async def get_address(self, authorization: str) -> str:
        """Return the address of the bearer's session."""
        return (await self.get_session(authorization)).address

    async def find_session(self, token: str) -> KnownSession | None:
        """Return what the token opens, if anything."""
        async with self.database.session() as session:
            known = await find_session(session, token, lifetime=self.lifetime)
            await session.commit()
        return known


def create_router(
    database: Database,
    *,
    accept: Accept,
    transcript: Transcript,
    files: Files | None = None,
    opening: Opening | None = None,
    identity_secret: str = "",
    session_days: int = 30,
    greeting: str | None = None,
    heartbeat_s: float = 15.0,
    messages_rate: Rate = Rate(per_minute=20, burst=10),  # noqa: B008  frozen
    sessions_rate: Rate = Rate(per_minute=60, burst=60),  # noqa: B008  frozen
    files_rate: Rate = Rate(per_minute=10, burst=10),  # noqa: B008  frozen
) -> APIRouter:
    """Build the routes. `sessions_rate` is per client address, the other two per session."""
    chat = WebChat(
        database=database,
        accept=accept,
        transcript=transcript,
        opening=opening,
        identity_secret=identity_secret,
        lifetime=timedelta(days=session_days),
        greeting=greeting,
        heartbeat_s=heartbeat_s,
        sessions_rate=RateLimit(sessions_rate),
        messages_rate=RateLimit(messages_rate),
        desk_rate=RateLimit(sessions_rate),
        connections=ConnectionLimit(8),
    )
    router = APIRouter(prefix="/web", tags=["web chat"])
    _add_writing(router, chat)
    _add_reading(router, chat)
    _add_desk(router, chat)
    add_uploads(router, Uploads(files, chat.get_address, RateLimit(files_rate)))
    return router


def _add_writing(router: APIRouter, chat: WebChat) -> None:
    @router.post("/session", openapi_extra=_describe(ClaimedUser, required=False))
    async def open_chat(request: Request) -> SessionOut:
        """Open a chat session for a new browser, or for a user the shop has signed."""
        chat.sessions_rate.spend(_name_client(request))
        body = await _read_body(request)
        opened = await chat.open(_parse(ClaimedUser, body) if body.strip() else None)
        return SessionOut(token=opened.token, expires_at=opened.expires_at, greeting=chat.greeting)

    @router.post("/messages", status_code=202, openapi_extra=_describe(SentMessage))
    async def send_message(
        request: Request, authorization: Annotated[str, Header()] = ""
    ) -> AcceptedOut:
        """Store what the customer wrote or pressed; the answer arrives on the live connection."""
        known = await chat.get_session(authorization)
        chat.messages_rate.spend(known.address)
        sent = _parse(SentMessage, await _read_body(request))
        accepted = await chat.accept(_as_event(sent, known, locale=_find_locale(request)))
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


def _add_desk(router: APIRouter, chat: WebChat) -> None:
    @router.get("/desk")
    async def read_desk(request: Request) -> DeskOut | None:
        """Return when people answer and how long that takes now; the same for everybody."""
        chat.desk_rate.spend(_name_client(request))
        if chat.opening is None:
            return None
        return DeskOut.model_validate(asdict(await chat.opening.read()))


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


def _parse(kind: type[Body], body: bytes) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        fields = {str(one["loc"][0]) if one["loc"] else "body" for one in error.errors()}
        known = sorted(fields & {*kind.model_fields, "body"})
        raise InvalidInputError(f"Not a chat message: {', '.join(known) or 'body'}.") from None


def _describe(kind: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Return what OpenAPI says of a body that we read ourselves."""
    schema = kind.model_json_schema()
    parts = {f"#/$defs/{name}": part for name, part in schema.pop("$defs", {}).items()}
    for field in schema["properties"].values():
        if (items := field.get("items")) and "$ref" in items:
            field["items"] = parts[items["$ref"]]
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def _as_event(sent: SentMessage, known: KnownSession, *, locale: str | None) -> InboundEvent:
    kind = EventKind.BUTTON if sent.button else EventKind.TEXT
    return InboundEvent(
        channel="web",
        key=f"{known.address}:{sent.client_id}",
        address=known.address,
        sender=Sender(account=known.address, locale=locale, verified=known.verified),
        kind=EventKind.MEDIA if sent.files else kind,
        text=sent.button or sent.text or "",
        sent_at=utc_now(),
        media=sent.files[0].kind if sent.files else None,
        attachments=tuple(
            Attachment(one.kind, one.file, name=one.name or None, media_type=one.media_type or None)
            for one in sent.files
        ),
    )


def _name_client(request: Request) -> str:
    return request.client.host if request.client else ""


def _find_locale(request: Request) -> str | None:
    found = _LOCALE.match(request.headers.get("accept-language", ""))
    return found.group() if found else None


def _read_seq(text: str) -> int:
    return min(int(text), MAX_SEQ) if text.isascii() and text.isdigit() and len(text) < 20 else 0

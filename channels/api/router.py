"""The routes platforms call: events, files, receipts. Built by install; every one is signed.

201, 202  stored                  401  signature or timestamp
413  too large                    422  unreadable, with the reason
503  not stored: try again after `Retry-After`
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from channels.api.channel import CHANNEL
from channels.api.schemas import (
    EventIn,
    EventType,
    FileOut,
    ProblemOut,
    ReceiptIn,
    ReceiptOut,
    Reference,
    StoredOut,
)
from channels.api.signing import require_genuine
from channels.base import Accept, Attachment, BusyError, EventKind, InboundEvent, Sender
from channels.ports import Files, Receipts
from kit.clock import utc_now
from kit.errors import AppError, InvalidInputError, NotFoundError

PREFIX = "/api/channel"
MAX_BODY = 64 * 1024
MAX_FILE = 20 * 1024 * 1024
_MAX_KEY = 128
Model = TypeVar("Model", bound=BaseModel)
_SIGNED = (
    "Signed with `Carehouse-Timestamp` and `Carehouse-Signature`: `v1=` and the hexadecimal "
    "HMAC-SHA256 of `timestamp\\nMETHOD\\npath?query\\nkey\\n` and the body, `key` being the "
    "`Idempotency-Key`, if any. Off by more than five minutes is refused."
)
Stamp = Annotated[str, Header(alias="Carehouse-Timestamp", description="Unix time in seconds.")]
Signed = Annotated[str, Header(alias="Carehouse-Signature", description=_SIGNED)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Names the event; the same key is stored once and answered alike.",
        min_length=1,
        max_length=_MAX_KEY,
    ),
]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {
        "description": "The signature or the timestamp is wrong or missing.",
        "model": ProblemOut,
    },
    413: {"description": "The body is too large.", "model": ProblemOut},
    422: {"description": "Not readable; `detail` says where."},
}
_WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
_BUSY: dict[int | str, dict[str, Any]] = {
    503: {
        "description": "Not stored: send the same again later.",
        "model": ProblemOut,
        "headers": {"Retry-After": _WAIT},
    },
}


class TooLargeError(AppError):
    """The body is larger than any can be."""

    status = 413


def build_router(
    *, secrets: Sequence[str], accept: Accept, files: Files | None, receipts: Receipts | None
) -> APIRouter:
    """Return the router."""
    router = APIRouter(prefix=PREFIX, tags=["API channel"], responses=_PROBLEMS)
    genuine, genuine_file = _take_genuine(secrets, MAX_BODY), _take_genuine(secrets, MAX_FILE)

    @router.post(
        "/events",
        status_code=202,
        response_model=StoredOut,
        summary="Tell what a customer did",
        description=_SIGNED,
        openapi_extra=_body_of(EventIn),
        responses=_BUSY,
    )
    async def take_event(
        body: Annotated[bytes, Depends(genuine)], key: Key, _at: Stamp, _by: Signed
    ) -> Any:
        event = _read(EventIn, body)
        try:
            stored = await accept(as_inbound(event, key))
        except BusyError as error:
            return JSONResponse(
                {"detail": error.message}, 503, headers={"Retry-After": str(error.retry_after)}
            )
        return StoredOut(message_id=stored.message_id, duplicate=stored.duplicate)

    @router.post(
        "/files",
        status_code=201,
        response_model=FileOut,
        summary="Upload a file before the event that brings it",
        description=_SIGNED,
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
    )
    async def take_file(
        request: Request,
        data: Annotated[bytes, Depends(genuine_file)],
        customer: Annotated[Reference, Query()],
        _at: Stamp,
        _by: Signed,
        name: Annotated[str | None, Query(max_length=256)] = None,
    ) -> FileOut:
        if files is None:
            raise NotFoundError("Files are not taken here.")
        kept = await files.keep(
            data,
            channel=CHANNEL,
            account=customer,
            name=name,
            media_type=request.headers.get("content-type"),
        )
        return FileOut(reference=kept)

    @router.post(
        "/receipts",
        status_code=202,
        response_model=ReceiptOut,
        summary="Tell what became of a message of ours",
        description=_SIGNED,
        openapi_extra=_body_of(ReceiptIn),
    )
    async def take_receipt(
        body: Annotated[bytes, Depends(genuine)], _at: Stamp, _by: Signed
    ) -> ReceiptOut:
        receipt = _read(ReceiptIn, body)
        if receipts is None:
            raise NotFoundError("Receipts are not taken here.")
        changed = await receipts.note(
            CHANNEL,
            receipt.conversation,
            receipt.message_id,
            status=receipt.status.value,
            at=receipt.at or utc_now(),
        )
        return ReceiptOut(changed=changed)

    return router


def as_inbound(event: EventIn, key: str) -> InboundEvent:
    """Return the event in the channels' terms. Errors: InvalidInputError for nonsense."""
    kind = EventKind(event.type.value)
    changes = kind in (EventKind.EDIT, EventKind.DELETE)
    if changes and event.message is None:
        raise InvalidInputError("An edit and a deletion name their message in `message`.")
    if kind is EventKind.TEXT and event.files:
        kind = EventKind.MEDIA
    if kind is EventKind.TEXT and not event.text.strip():
        raise InvalidInputError("A text without words says nothing.")
    sent_at = event.sent_at or utc_now()
    if sent_at.utcoffset() is None:
        raise InvalidInputError("`sent_at` needs an offset from UTC.")
    named = f"message:{event.conversation}:{event.message}"
    own = named if event.message is not None and not changes else f"key:{key}"
    return InboundEvent(
        channel=CHANNEL,
        key=own,
        address=event.conversation,
        sender=Sender(
            event.customer.id,
            display_name=event.customer.name,
            handle=event.customer.handle,
            locale=event.customer.locale,
        ),
        kind=kind,
        text="" if event.type is EventType.DELETE else event.text,
        sent_at=sent_at,
        argument=event.argument,
        media=event.files[0].kind if kind is EventKind.MEDIA else None,
        edits=named if changes else None,
        attachments=tuple(
            Attachment(kind=one.kind, reference=one.reference, name=one.name) for one in event.files
        ),
    )


def _read(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) or "body" for one in error.errors()[:3])
        raise InvalidInputError(f"Not readable: {where}.") from None
    except (RecursionError, UnicodeDecodeError):
        raise InvalidInputError("Not readable: body.") from None


def _take_genuine(secrets: Sequence[str], limit: int) -> Callable[[Request], Awaitable[bytes]]:
    """Return what a route depends on: it runs before the route's own parameters are looked at.

    So whoever signed nothing, or sent no header at all, is told that, and no more.
    """

    async def take(request: Request) -> bytes:
        return await _read_genuine(request, secrets, limit)

    return take


async def _read_genuine(request: Request, secrets: Sequence[str], limit: int) -> bytes:
    """Return the body of a request that is signed. Errors: TooLargeError, UnauthenticatedError."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise TooLargeError(f"At most {limit} bytes.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"At most {limit} bytes.")
    query = f"?{request.url.query}" if request.url.query else ""
    require_genuine(
        request.headers,
        secrets,
        method=request.method,
        path=f"{request.url.path}{query}",
        body=bytes(body),
    )
    return bytes(body)


def _body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the body, which is read by hand because its bytes are what is signed."""
    schema = model.model_json_schema()
    schema = _inlined(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """Return the schema with its parts where they are named: the document has no place for them."""
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined({**parts[schema["$ref"].rpartition("/")[2]], **rest}, parts)
    return {key: _inlined(value, parts) for key, value in schema.items()}

"""The webhook Telegram posts updates to. Built by gateway.bootstrap; answers only after commit.

200  stored, ignored on purpose, or unreadable though genuine (see intake)
400  not JSON, or JSON that cannot be an update        401  secret missing or wrong
413  body over 1 MiB                                   503  not stored, Telegram delivers again
"""

import hmac
import json
import re

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from channels.base import BusyError
from channels.telegram.errors import StartRefusedError
from channels.telegram.intake import Intake
from kit.errors import InvalidInputError

PATH = "/telegram/webhook"
MAX_BODY = 1024 * 1024
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name, not a secret
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def build_router(*, secret: str, intake: Intake) -> APIRouter:
    """Return the router with the webhook.

    Errors: StartRefusedError without a secret that Telegram can send.
    """
    require_secret(secret)
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def receive_update(request: Request) -> Response:
        if not _is_genuine(request, secret):
            return Response(status_code=401)
        return await _receive(request, intake)

    return router


def require_secret(secret: str) -> None:
    """Raise StartRefusedError when the webhook's secret is missing or cannot be sent."""
    if not secret:
        raise StartRefusedError(
            "TELEGRAM_WEBHOOK_SECRET is empty: anybody could post updates. Set it, or set "
            "TELEGRAM_MODE=polling."
        )
    if not _SECRET.fullmatch(secret):
        raise StartRefusedError(
            "TELEGRAM_WEBHOOK_SECRET may only hold 1 to 256 letters, digits, _ and -."
        )


def _is_genuine(request: Request, secret: str) -> bool:
    given = request.headers.get(_SECRET_HEADER, "")
    return hmac.compare_digest(given.encode("latin-1"), secret.encode())


async def _receive(request: Request, intake: Intake) -> Response:
    try:
        body = await _read_body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return Response(status_code=413)
    try:
        await intake.take(json.loads(body))
    except (ValueError, RecursionError, InvalidInputError):
        return Response(status_code=400)
    except BusyError as error:
        return Response(status_code=503, headers={"Retry-After": str(error.retry_after)})
    return Response(status_code=200)


async def _read_body(request: Request) -> bytes | None:
    """Return the body, None when it is larger than any update can be."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)

"""The address Slack posts events and clicks to. Built by install; answers only after commit.

200  stored, or ignored on purpose       400  unreadable though genuine: no retry helps
401  signature missing, wrong or old     413  body over 1 MiB
503  not stored: Slack delivers again
"""

import json
import urllib.parse
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect

from channels.base import BusyError
from channels.slack.errors import StartRefusedError
from channels.slack.intake import SlackIntake
from kit.errors import InvalidInputError

PATH = "/slack/events"
MAX_BODY = 1024 * 1024
_FORM = "application/x-www-form-urlencoded"
# Slack reads this as: do not deliver it again.
_FINAL = {"X-Slack-No-Retry": "1"}


def build_router(*, signing_secret: str, intake: SlackIntake) -> APIRouter:
    """Return the router. Errors: StartRefusedError without a signing secret."""
    if not signing_secret:
        raise StartRefusedError(
            "SLACK_SIGNING_SECRET is empty: anybody could post events. Set it, or set "
            "SLACK_MODE=socket."
        )
    verifier = SignatureVerifier(signing_secret)
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def receive(request: Request) -> Response:
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413, headers=_FINAL)
        if not _is_genuine(request, body, verifier):
            return Response(status_code=401)
        return await _take(request, body, intake)

    return router


def _is_genuine(request: Request, body: bytes, verifier: SignatureVerifier) -> bool:
    """Check signature and age; a header that is no number or no ASCII is a wrong one."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, timestamp[:20], signature)
    except UnicodeDecodeError:  # the library signs text, and so does Slack
        return False


async def _take(request: Request, body: bytes, intake: SlackIntake) -> Response:
    try:
        if request.headers.get("content-type", "").startswith(_FORM):
            await intake.take_click(_read_form(body))
            return Response()
        given = json.loads(body)
        if isinstance(given, dict) and given.get("type") == "url_verification":
            return JSONResponse({"challenge": str(given.get("challenge", ""))})
        if isinstance(given, dict) and given.get("type") == "event_callback":
            await intake.take_event(given)
        elif not isinstance(given, dict):
            return Response(status_code=400, headers=_FINAL)
    except (ValueError, RecursionError, InvalidInputError):
        return Response(status_code=400, headers=_FINAL)
    except BusyError as error:
        return Response(status_code=503, headers={"Retry-After": str(error.retry_after)})
    return Response()


def _read_form(body: bytes) -> Any:
    fields = urllib.parse.parse_qs(body.decode(), max_num_fields=20)
    return json.loads(fields.get("payload", ["null"])[0])


async def _read_body(request: Request) -> bytes | None:
    """Return the body, None when it is larger than any event can be."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)

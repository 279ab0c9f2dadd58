"""The engine's way back to us: runs actions. Bearer secret; never fails inside a turn."""

import hmac
import zlib
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from gateway.bootstrap import Runtime
from kit.errors import ForbiddenError, InvalidInputError, UnauthenticatedError

_MAX_BODY = 8 * 1024 * 1024


def build_router(runtime: Runtime) -> APIRouter:
    """Return `POST /actions/webhook`. Errors: 401, 403, 422 before any action runs."""
    router = APIRouter(include_in_schema=False)
    secret = f"Bearer {runtime.settings.actions_secret.get_secret_value()}"

    @router.post("/actions/webhook", response_model=None)
    async def run_action(request: Request) -> Response:
        given = request.headers.get("authorization")
        if given is None:
            raise UnauthenticatedError("A bearer secret is needed.")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            raise ForbiddenError("The bearer secret is wrong.")
        call = _read(await request.body(), request.headers.get("content-encoding", ""))
        result = await runtime.run_action(call)
        return JSONResponse(result)

    return router


def _read(body: bytes, encoding: str) -> dict[str, Any]:
    if len(body) > _MAX_BODY:
        raise InvalidInputError("The call is too large.")
    try:
        raw = zlib.decompress(body) if encoding == "deflate" else body
        call = orjson.loads(raw)
    except (zlib.error, ValueError) as error:
        raise InvalidInputError("The call is not JSON.") from error
    if not isinstance(call, dict):
        raise InvalidInputError("The call is not an object.")
    return call

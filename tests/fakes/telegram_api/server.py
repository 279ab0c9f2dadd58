"""The fake's HTTP face: /bot<token>/<method> as Telegram serves it, and /_control for tests."""

import asyncio
import json
import time
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.telegram_api.limits import flood
from tests.fakes.telegram_api.methods import METHODS
from tests.fakes.telegram_api.records import ApiError, Call, Fault

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram

_CONTROLS = frozenset(
    [
        "say",
        "media",
        "photo",
        "edit",
        "press",
        "block",
        "unblock",
        "press_data",
        "migrate",
        "connect",
        "delete",
        "open_chat",
        "post",
        "fail",
        "configure",
        "messages",
        "mark",
        "wait_for",
        "wait_delivered",
    ]
)


def build_app(fake: "FakeTelegram") -> web.Application:
    """Return the web application of one fake."""

    async def call(request: web.Request) -> web.StreamResponse:
        return await _call(fake, request)

    async def control(request: web.Request) -> web.StreamResponse:
        return await _control(fake, request)

    async def state(_: web.Request) -> web.StreamResponse:
        return _answer_state(fake)

    app = web.Application(client_max_size=20 * 1024 * 1024)
    app.router.add_route("*", "/bot{token:[^/]*}/{method}", call)

    async def file(request: web.Request) -> web.StreamResponse:
        data = fake.files.get(request.match_info["file_id"])
        if data is None or request.match_info["token"] != fake.token:
            return web.json_response(ApiError(404, "Not Found").as_json(), status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    app.router.add_get("/file/bot{token:[^/]*}/files/{file_id}", file)
    app.router.add_post("/_control/{verb}", control)
    app.router.add_get("/_control/state", state)
    return app


async def _call(fake: "FakeTelegram", request: web.Request) -> web.StreamResponse:
    given = await _read_parameters(request)
    name = request.match_info["method"]
    chat = int(given["chat_id"]) if str(given.get("chat_id", "")).lstrip("-").isdigit() else None
    try:
        status, body = await _perform(fake, request, name, given, chat)
    except ConnectionAbortedError:
        status, body = 0, {}
        if request.transport is not None:
            request.transport.abort()
    fake.calls.append(Call(name, chat, status, time.time(), given))
    if body is None:
        return web.Response(status=200, text="<html>not JSON</html>")
    return web.json_response(body, status=status or 500)


async def _perform(
    fake: "FakeTelegram",
    request: web.Request,
    name: str,
    given: dict[str, Any],
    chat: int | None,
) -> tuple[int, dict[str, Any] | None]:
    fault = None
    try:
        _require_token(fake, request.match_info["token"])
        handler = METHODS.get(name.lower())
        if handler is None:
            raise ApiError(404, "Not Found")
        fault = fake.take_fault(name, chat)
        await _fail_before(fake, fault, chat)
        result = await handler(fake, given)
    except ApiError as error:
        return error.code, error.as_json()
    if fault is not None and fault.kind == "garbage":
        return 200, None
    if fault is not None and fault.kind == "delay_after":
        await asyncio.sleep(float(fault.value))
    if fault is not None and fault.kind == "drop_after":
        raise ConnectionAbortedError
    return 200, {"ok": True, "result": result}


async def _fail_before(fake: "FakeTelegram", fault: Fault | None, chat: int | None) -> None:
    match fault:
        case Fault(kind="drop_before"):
            raise ConnectionAbortedError
        case Fault(kind="delay_before", value=seconds):
            await asyncio.sleep(float(seconds))
        case Fault(kind="status", value=code):
            raise ApiError(int(code), "Internal Server Error")
        case Fault(kind="flood", value=seconds):
            fake.limits.hold(chat or 0, float(seconds))
            raise flood(int(seconds))
        case Fault(kind="migrate", value=new_chat):
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=int(new_chat),
            )
        case Fault(kind="bad_request", value=description):
            raise ApiError(400, f"Bad Request: {description}")
        case Fault(kind="forbidden", value=description):
            raise ApiError(403, f"Forbidden: {description}")


def _require_token(fake: "FakeTelegram", token: str) -> None:
    if token == fake.token:
        return
    if ":" not in token:
        raise ApiError(404, "Not Found")
    raise ApiError(401, "Unauthorized")


async def _read_parameters(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = {}
        given |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        given |= dict(await request.post())
    return given


async def _control(fake: "FakeTelegram", request: web.Request) -> web.Response:
    """Call one of the fake's verbs with the JSON object as arguments."""
    verb = request.match_info["verb"]
    if verb not in _CONTROLS:
        return web.json_response({"error": f"unknown verb {verb}"}, status=404)
    arguments = json.loads(await request.read() or b"{}")
    try:
        result = getattr(fake, verb)(**arguments)
        if asyncio.iscoroutine(result):
            result = await result
    except TimeoutError as error:
        return web.json_response({"error": str(error)}, status=408)
    except (TypeError, ValueError, LookupError) as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({"result": _as_plain(result)})


def _answer_state(fake: "FakeTelegram") -> web.Response:
    return web.json_response(
        {
            "token": fake.token,
            "webhook": fake.queue.describe(),
            "sent": len(fake.sent),
            "menus": fake.menus,
            "actions": fake.actions,
            "answered_callbacks": fake.answered_callbacks,
            "calls": [asdict(call) for call in fake.calls],
            "deliveries": [asdict(delivery) for delivery in fake.queue.deliveries],
        }
    )


def _as_plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_as_plain(item) for item in result]
    if is_dataclass(result) and not isinstance(result, type):
        return _without_sets(asdict(result))
    return result


def _without_sets(value: Any) -> Any:
    return {k: sorted(v) if isinstance(v, set) else v for k, v in value.items()}

"""The fake's HTTP face: /api/<method>, files, OAuth, WebSockets, and /_control for tests."""

import asyncio
import json
import secrets
import time
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import BasicAuth, web

from tests.fakes.slack_api import apps
from tests.fakes.slack_api.control import add_control
from tests.fakes.slack_api.limits import ratelimited
from tests.fakes.slack_api.memory import Code
from tests.fakes.slack_api.methods import METHODS
from tests.fakes.slack_api.records import Call, Fault, SlackError

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

_HTML = "<html>This is no JSON</html>"


@dataclass
class _Asked:
    """A Web API call as it came: what for, by whom, and who that turned out to be."""

    method: str
    token: str
    given: dict[str, Any]
    team: str | None = None

    @property
    def channel(self) -> str | None:
        value = self.given.get("channel")
        return str(value) if value else None


def build_app(fake: "FakeSlack") -> web.Application:
    """Return the web application of one fake."""

    async def call(request: web.Request) -> web.StreamResponse:
        return await _call(fake, request)

    async def download(request: web.Request) -> web.StreamResponse:
        return _download(fake, request)

    async def authorize(request: web.Request) -> web.StreamResponse:
        return _authorize(fake, request)

    async def respond(request: web.Request) -> web.StreamResponse:
        return await _respond(fake, request)

    async def sign_in(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Sign in</html>", content_type="text/html")

    app = web.Application(client_max_size=20 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", call)
    app.router.add_get("/files-pri/{file}/{name:.+}", download)
    app.router.add_get("/oauth/v2/authorize", authorize)
    app.router.add_post("/actions/{team}/{key}", respond)
    app.router.add_get("/link/", fake.sockets.serve)
    app.router.add_get("/signin", sign_in)
    add_control(app, fake)
    return app


async def _call(fake: "FakeSlack", request: web.Request) -> web.StreamResponse:
    name = request.match_info["method"]
    asked = _Asked(name, "", {})
    headers: dict[str, str] = {}
    try:
        asked = await _read(request, name)
        status, body = 200, await _perform(fake, asked)
    except SlackError as error:
        status, body = error.status, error.as_json()
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
    except ConnectionAbortedError:
        status, body = 0, {}
        if request.transport is not None:
            request.transport.abort()
    problem = (body or {}).get("error")
    fake.calls.append(
        Call(name, asked.team, asked.channel, status, problem, time.time(), asked.given)
    )
    if body is None:
        return web.Response(status=200, text=_HTML, content_type="text/html")
    if asked.team and fake.workspaces[asked.team].scopes:
        headers["X-OAuth-Scopes"] = ",".join(sorted(fake.workspaces[asked.team].scopes))
    return web.json_response(body, status=status or 500, headers=headers)


async def _perform(fake: "FakeSlack", asked: _Asked) -> dict[str, Any] | None:
    fault = fake.take_fault(asked.method, asked.channel)
    await _fail_before(fake, fault, asked)
    result = await _answer(fake, asked)
    match fault:
        case Fault(kind="garbage"):
            return None
        case Fault(kind="delay_after", value=seconds):
            await asyncio.sleep(float(seconds))
        case Fault(kind="drop_after"):
            raise ConnectionAbortedError
        case Fault(kind="error_after", value=error):
            raise SlackError(str(error))
    return {"ok": True, **result}


async def _answer(fake: "FakeSlack", asked: _Asked) -> dict[str, Any]:
    if asked.method == "oauth.v2.access":
        return await apps.oauth_access(fake, asked.given)
    if asked.method == "apps.connections.open":
        if asked.token != fake.app_token:
            raise SlackError("invalid_auth" if asked.token else "not_authed")
        return await apps.open_connection(fake)
    handler = METHODS.get(asked.method)
    if handler is None:
        raise SlackError("unknown_method", req_method=asked.method)
    team = fake.find_by_token(asked.token)
    asked.team = team.id
    return await handler(fake, team, asked.given)


async def _fail_before(fake: "FakeSlack", fault: Fault | None, asked: _Asked) -> None:
    match fault:
        case Fault(kind="drop_before"):
            raise ConnectionAbortedError
        case Fault(kind="delay_before", value=seconds):
            await asyncio.sleep(float(seconds))
        case Fault(kind="status", value=code):
            raise SlackError("internal_error", status=int(code))
        case Fault(kind="error", value=error):
            raise SlackError(str(error))
        case Fault(kind="ratelimited", value=seconds):
            if asked.channel:
                team = fake.find_by_token(asked.token).id
                fake.limits.hold_post(team, asked.channel, float(seconds))
            raise ratelimited(int(seconds))


async def _read(request: web.Request, name: str) -> _Asked:
    """Return the call; a token counts in the header, or in a form but never in JSON or the URL."""
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
    given: dict[str, Any] = {k: v for k, v in request.query.items() if k != "token"}
    if request.content_type == "application/json":
        if name == "oauth.v2.access":
            raise SlackError("invalid_form_data")
        given |= _read_json(await request.read())
        given.pop("token", None)
    elif request.method == "POST":
        form = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
        token = token or form.pop("token", "")
        given |= form
    if header.startswith("Basic "):
        client = _read_basic(header)
        given |= dict(zip(("client_id", "client_secret"), client, strict=True))
    return _Asked(name, token, given)


def _read_json(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _read_basic(header: str) -> tuple[str, str]:
    try:
        given = BasicAuth.decode(header)
    except ValueError:
        raise SlackError("invalid_client_id") from None
    return given.login, given.password


def _download(fake: "FakeSlack", request: web.Request) -> web.StreamResponse:
    """Give a file's bytes to its workspace's token; without one Slack shows a sign-in page."""
    team, _, file = request.match_info["file"].partition("-")
    kept = fake.files.get(file)
    if kept is None or kept.team != team or kept.content is None:
        return web.Response(status=404, text="<html>Gone</html>", content_type="text/html")
    place = fake.workspaces[team]
    header = request.headers.get("Authorization", "")
    if not place.token or header != f"Bearer {place.token}" or "files:read" not in place.scopes:
        raise web.HTTPFound("/signin")
    return web.Response(body=kept.content, content_type=kept.as_json["mimetype"])


def _authorize(fake: "FakeSlack", request: web.Request) -> web.StreamResponse:
    """Ask somebody who runs the workspace (`team`, else the first without the app): yes."""
    asked = request.query
    if asked.get("client_id") != fake.client_id:
        return web.Response(status=400, text="Invalid client_id parameter")
    scopes = {scope for scope in asked.get("scope", "").split(",") if scope}
    if not scopes:
        return web.Response(status=400, text="Invalid permissions requested")
    back = asked.get("redirect_uri", "") or next(iter(fake.redirect_urls), "")
    if not back or (fake.redirect_urls and not back.startswith(tuple(fake.redirect_urls))):
        return web.Response(status=400, text="redirect_uri did not match any configured URIs")
    without = [team.id for team in fake.workspaces.values() if team.token is None]
    team = asked.get("team") or next(iter(without), fake.team().id)
    answer = {"state": asked.get("state", "")}
    if fake.refuse_installs:
        answer["error"] = "access_denied"
    else:
        answer["code"] = secrets.token_hex(16)
        fake.codes[answer["code"]] = Code(
            team, "U0ADMIN", scopes, back, explicit="redirect_uri" in asked
        )
    joint = "&" if "?" in back else "?"
    raise web.HTTPFound(f"{back}{joint}{urllib.parse.urlencode(answer)}")


async def _respond(fake: "FakeSlack", request: web.Request) -> web.StreamResponse:
    try:
        fake.respond(request.match_info["key"], _read_json(await request.read()))
    except SlackError as error:
        return web.json_response(error.as_json(), status=error.status)
    return web.Response(text="ok")

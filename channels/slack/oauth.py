"""How a workspace installs us: off to Slack, and back with a code. Built by install.

The state Slack brings back is good once, for ten minutes, and in the browser that began.
"""

import hmac
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from channels.base import BusyError
from channels.limits import Rate, RateLimit
from channels.slack.errors import name_of
from channels.slack.installs import STATE_LIVES, Installs
from kit.clock import utc_now
from kit.log import get_logger

_log = get_logger(__name__)

BEGIN = "/slack/install"
BACK = "/slack/oauth"
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "files:read",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
)
# Who installs an app begins once or a few times; each beginning is a row for ten minutes.
_BEGINNINGS = Rate(per_minute=2, burst=10)
_COOKIE = "carehouse_slack_install"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<body style="font: 1rem/1.5 system-ui; max-width: 32rem; margin: 4rem auto; padding: 0 1rem">
<h1>{title}</h1><p>{words}</p></body></html>"""


@dataclass(frozen=True)
class OauthApp:
    """The app as Slack knows it. `teams` are those that may install it; none named: any."""

    client_id: str
    client_secret: str
    base_url: str
    api_url: str
    teams: Sequence[str] = ()

    @property
    def back(self) -> str:
        """Where Slack sends the browser back to."""
        return f"{self.base_url}{BACK}"

    def ask(self, state: str) -> str:
        """Return Slack's page that asks somebody of the workspace."""
        asked = {
            "client_id": self.client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": self.back,
            "state": state,
        }
        return f"{URL(self.api_url).origin()}/oauth/v2/authorize?{urllib.parse.urlencode(asked)}"


def build_oauth_router(app: OauthApp, installs: Installs, client: AsyncWebClient) -> APIRouter:
    """Return the two routes."""
    router = APIRouter()
    beginnings = RateLimit(_BEGINNINGS)

    @router.get(BEGIN, include_in_schema=False)
    async def begin(request: Request) -> Response:
        try:
            beginnings.spend(request.client.host if request.client else "")
            state = await installs.begin(utc_now())
        except BusyError as error:
            return _ask_for_patience(error)
        answer = RedirectResponse(app.ask(state), status_code=302)
        answer.set_cookie(
            _COOKIE,
            state,
            max_age=int(STATE_LIVES.total_seconds()),
            path=BACK,
            secure=app.base_url.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return answer

    @router.get(BACK, include_in_schema=False)
    async def come_back(
        request: Request, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        begun_here = hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), state.encode())
        if not (state and begun_here and await installs.finish(state, utc_now())):
            return _tell(400, "Please begin again", "This installation is too old or not yours.")
        if error or not code:
            return _tell(400, "Not installed", "Nobody allowed the app in. Nothing was changed.")
        return await _exchange(app, installs, client, code)

    return router


async def _exchange(
    app: OauthApp, installs: Installs, client: AsyncWebClient, code: str
) -> Response:
    """Get the token for the code and keep it."""
    try:
        told = await client.oauth_v2_access(
            client_id=app.client_id,
            client_secret=app.client_secret,
            code=code,
            redirect_uri=app.back,
        )
        team, token = str(told["team"]["id"]), str(told["access_token"])
        bot_user = str(told["bot_user_id"])
    except Exception as error:  # whatever the library raises, or an answer with something missing
        _log.warning("slack.not_installed", error=name_of(error) or type(error).__name__)
        return _tell(502, "Not installed", "Slack did not confirm it. Please begin again.")
    if app.teams and team not in app.teams:
        await _give_back(client, token)
        return _tell(403, "Not installed", "This workspace is not among those we serve.")
    await installs.keep(
        team=team,
        name=told["team"].get("name"),
        bot_user=bot_user,
        token=token,
        scopes=str(told.get("scope") or ""),
    )
    _log.info("slack.installed")
    return _tell(200, "Installed", "Write to the app in Slack; it answers there from now on.")


async def _give_back(client: AsyncWebClient, token: str) -> None:
    try:
        await client.auth_revoke(token=token)
    except Exception as error:  # it is kept nowhere and nobody will use it
        _log.warning("slack.token_not_revoked", error=type(error).__name__)


def _ask_for_patience(error: BusyError) -> Response:
    """Refuse a beginning; one that is under way in this browser goes on."""
    words = "Too many installations were begun. Please try again in a few minutes."
    page = _PAGE.format(title="Please wait", words=words)
    waiting = {"Retry-After": str(error.retry_after)}
    return HTMLResponse(page, status_code=error.status, headers=waiting)


def _tell(status: int, title: str, words: str) -> Response:
    answer = HTMLResponse(_PAGE.format(title=title, words=words), status_code=status)
    answer.delete_cookie(_COOKIE, path=BACK)
    return answer

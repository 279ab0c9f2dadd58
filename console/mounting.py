"""Puts login and desk into the app: routes, NiceGUI, safe headers. Called by console.mount."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console import ConsoleDeps
from console.desk.files import build_file_router
from console.desk.page import install_desk
from console.login.routes import build_login_router
from console.studio.content_page import install_content
from console.studio.earned_page import install_earned
from console.studio.gaps_page import install_gaps
from console.studio.import_page import install_import
from console.studio.page import install_studio

_STAFF_PATHS = ("/desk", "/studio", "/login", "/logout")
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'; base-uri 'self'; form-action 'self'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
_NOT_FOUND = (
    "<!doctype html><meta charset=utf-8><title>Not found</title>"
    '<body style="font:16px/1.5 system-ui;display:grid;place-items:center;height:90vh">'
    "<p>There is nothing here.</p>"
)


def mount_console(app: FastAPI, deps: ConsoleDeps) -> None:
    """Add the routes of staff to the app, and NiceGUI for whatever no earlier route answers.

    NiceGUI gets no storage secret on purpose: it would set a session cookie of its own and write
    files; who somebody is comes from our cookie and our database only.
    """
    app.include_router(build_login_router(deps.settings, deps.database))
    app.include_router(build_file_router(deps.database))
    _forget_earlier_mount()
    install_desk(deps)
    install_content(deps)
    install_import(deps)
    if deps.review is not None:
        install_studio(deps.database, deps.review)
    install_gaps(deps)
    install_earned(deps)
    nicegui_app.add_exception_handler(404, _answer_not_found)
    ui.run_with(
        app,
        title="Carehouse",
        dark=None,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30,
    )
    app.add_middleware(StaffHeaders)


def _forget_earlier_mount() -> None:
    """NiceGUI has one app per process; let a second app of ours, as tests build, mount it anew."""
    nicegui_app.middleware_stack = None
    nicegui_app.user_middleware.clear()


class StaffHeaders:
    """Keeps pages of staff out of caches and out of other sites' frames."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to responses on the paths of staff."""
        if scope["type"] != "http" or not scope["path"].startswith(_STAFF_PATHS):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A stricter policy of a route's own holds beside ours.
                names = {name for name, _ in _HEADERS} - {b"content-security-policy"}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in names]
                message = {**message, "headers": [*kept, *_HEADERS]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def _answer_not_found(request: Request, _error: Exception) -> Response:
    """Say plainly that there is nothing, in the words the caller understands."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_NOT_FOUND, status_code=404)
    return JSONResponse({"detail": "Not Found"}, status_code=404)

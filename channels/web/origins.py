"""Decides which sites may talk to the web chat, for every answer of it, errors included.

Installed by channels.web.install as ASGI middleware; other paths pass untouched.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = frozenset({"/web/session", "/web/messages", "/web/stream", "/web/files", "/web/desk"})
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID, X-File-Name",
    "Access-Control-Max-Age": "600",
}


class OriginGate:
    """Answers preflights, refuses foreign origins, and lets allowed ones read the answers.

    A request without an Origin is no cross-site read of a browser and passes; credentials are
    never cookies, so nothing is sent on the customer's behalf by accident.
    """

    def __init__(self, app: ASGIApp, *, allowed: Iterable[str] = ()) -> None:
        self.app = app
        self._allowed = frozenset(normalise_origin(origin) for origin in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, answered with the headers its origin may have."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and not self._may(origin, headers.get("host", "")):
            refusal = PlainTextResponse("This site may not use the chat.", 403, {"Vary": "Origin"})
            return await refusal(scope, receive, send)
        if scope["method"] == "OPTIONS":
            answer = Response(status_code=204, headers=_PREFLIGHT)
            return await answer(scope, receive, _with_origin(send, origin))
        return await self.app(scope, receive, _with_origin(send, origin))

    def _may(self, origin: str, host: str) -> bool:
        wanted = normalise_origin(origin)
        own = {f"http://{host.lower()}", f"https://{host.lower()}"} if host else set()
        return wanted in self._allowed or wanted in {normalise_origin(one) for one in own}


def normalise_origin(origin: str) -> str:
    """Return scheme, host and port as browsers write them; anything odd matches nothing."""
    try:
        parts = urlsplit(origin.strip().rstrip("/"))
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "null"
    odd = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in {"http", "https"} or not host or odd:
        return "null"
    if port is None or port == {"http": 80, "https": 443}[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def _with_origin(send: Send, origin: str | None) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = "Retry-After"
        await send(message)

    return send_with_headers

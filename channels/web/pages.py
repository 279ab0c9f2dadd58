"""The widget's script and the demo shop page that embeds it. Included by channels.web.install.

The script is assembled once from the files in static/widget, in one closure, so that a site embeds
a single file and the sources stay readable.
"""

import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from channels.ports import FindDraft
from channels.web.schemas import CAPABILITIES, MAX_TEXT, MOST_FILES

STATIC = Path(__file__).parent / "static"

PARTS = (
    "words",
    "store",
    "transport",
    "drawing",
    "theme",
    "desk",
    "files",
    "composer",
    "outbox",
    "rows",
    "panel",
    "chat",
)
# What the file dialog offers; the server looks at the content and has the last word.
FILE_TYPES = (
    "image/*,audio/*,video/*,application/pdf,text/plain,.csv,.log,.md,.json,.ics,.vcf,"
    ".docx,.xlsx,.pptx,.odt,.ods,.odp"
)
# Everything on our own page comes from our own origin; nothing inline, nothing evaluated.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def create_pages(find_draft: FindDraft | None = None) -> APIRouter:
    """Build the routes of the script, the demo page and its style sheet."""
    router = APIRouter(include_in_schema=False)

    @router.get("/web/widget.js")
    async def read_widget(request: Request) -> Response:
        """Return the widget, for any site to load; talking to us is another matter."""
        return _asset(request, build_widget(), "text/javascript")

    @router.get("/web/shop.css")
    async def read_shop_style(request: Request) -> Response:
        """Return the demo shop's style sheet."""
        return _asset(request, _read("shop.css"), "text/css")

    @router.get("/web/shop.svg")
    async def read_shop_icon(request: Request) -> Response:
        """Return the demo shop's icon."""
        return _asset(request, _read("shop.svg"), "image/svg+xml")

    @router.get("/chat")
    async def show_shop(request: Request) -> HTMLResponse:
        """Show the invented shop with the chat on it; `?open=1` opens the chat at once.

        `?about=<article>` begins a message about it; `?lang=de` is for looking at a language.
        The words are ours, never the address's.
        """
        about = request.query_params.get("about", "")
        draft = await find_draft(about) if find_draft and about else None
        wants_open = draft is not None or request.query_params.get("open") == "1"
        page = _read("shop.html").replace("{{open}}", "true" if wants_open else "false")
        language = request.query_params.get("lang", "")
        page = page.replace("{{lang}}", language if language in read_words() else "")
        page = page.replace("{{draft}}", escape(draft or "", quote=True))
        return HTMLResponse(page, headers=PAGE_HEADERS)

    return router


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Return what the widget says, by language: one file each in static/widget/words."""
    files = sorted((STATIC / "widget/words").glob("*.json"))
    return {one.stem: json.loads(one.read_text(encoding="utf-8")) for one in files}


@cache
def build_widget() -> str:
    """Return the widget's whole script; its style sheet, words and limits inside."""
    limits = {
        "text": MAX_TEXT,
        "files": MOST_FILES,
        "bytes": CAPABILITIES.max_file,
        "types": FILE_TYPES,
    }
    given = {"STYLE": _read("widget/style.css"), "WORDS": read_words(), "LIMITS": limits}
    constants = "\n".join(f"const {name} = {json.dumps(it)};" for name, it in given.items())
    parts = "\n".join(_read(f"widget/{name}.js") for name in PARTS)
    return f'(() => {{\n"use strict";\n{constants}\n{parts}\n}})();\n'


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _asset(request: Request, content: str, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:20]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "public, max-age=300",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"{media_type}; charset=utf-8", headers=headers)

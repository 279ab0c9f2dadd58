"""Turns templates into responses: strict policy, revalidation by ETag. Used by the help centre."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.help_centre.topics import title_of
from gateway.help_centre.wording import Words, name_language

_HERE = Path(__file__).parent
_PAGES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["topic"] = title_of
_PAGES.filters["language"] = name_language
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; script-src "
)


@dataclass(frozen=True)
class Choice:
    """A language one can switch to, and where that leads."""

    language: str
    url: str
    here: bool = False
    translated: bool = True


@dataclass(frozen=True)
class Head:
    """What the page says about itself to browsers and search engines."""

    title: str
    description: str = ""
    canonical: str = ""
    kind: str = "website"
    alternates: Sequence[tuple[str, str]] = ()
    data: str = ""
    indexed: bool = True


@dataclass(frozen=True)
class Page:
    """A page ready to be drawn: its template, words, head, switch and what it shows."""

    template: str
    words: Words
    head: Head
    choices: Sequence[Choice] = ()
    question: str = ""
    changed_at: datetime | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)


def draw(request: Request, page: Page, *, status: int = 200, negotiated: bool = False) -> Response:
    """Return the page, or 304 when the browser has exactly this one.

    Browsers keep pages but ask before every use, so what was withdrawn is gone at once. The answer
    depends on nothing but the ETag: an article that expires changes pages without a newer date.
    """
    html = _PAGES.get_template(page.template).render(
        say=page.words.say,
        words=page.words,
        head=page.head,
        choices=page.choices,
        question=page.question,
        style=style_address(),
        **page.shown,
    )
    tag = make_tag(html.encode())
    headers = {
        **_SAFE,
        "Content-Security-Policy": _POLICY + _allow(page.head.data),
        "Cache-Control": "no-cache",
        "Content-Language": page.words.language,
        "ETag": tag,
    }
    if page.changed_at is not None:
        headers["Last-Modified"] = format_datetime(page.changed_at, usegmt=True)
    if negotiated:
        headers["Vary"] = "Accept-Language"
    if status == 200 and is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(html, status_code=status, headers=headers)


def make_tag(content: bytes) -> str:
    """Return the ETag of some content."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def is_known(request: Request, tag: str) -> bool:
    """Say whether the browser has the content with this ETag."""
    listed = request.headers.get("if-none-match", "")
    return tag in {one.strip().removeprefix("W/") for one in listed.split(",")}


@cache
def read_style() -> bytes:
    """Return the style sheet."""
    return (_HERE / "style.css").read_bytes()


@cache
def style_address() -> str:
    """Return the style sheet's address, a new one for every change of it."""
    return f"/help/style.css?v={hashlib.sha256(read_style()).hexdigest()[:12]}"


def _allow(data: str) -> str:
    """Return the source that lets in this block of data and no script at all."""
    if not data:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()}'"

"""Puts the whole web chat on an app with one call. Called by gateway.bootstrap."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI

from channels.base import Accept
from channels.web.origins import OriginGate
from channels.web.pages import FindDraft, create_pages
from channels.web.ports import Transcript
from channels.web.router import create_router
from kit.database import Database


def install_web_chat(
    app: FastAPI,
    *,
    database: Database,
    accept: Accept,
    transcript: Transcript,
    origins: Iterable[str],
    find_draft: FindDraft | None = None,
    **options: Any,
) -> None:
    """Add the routes, the pages and the origin check. `options` are those of create_router.

    `origins` are the sites that may embed the chat; our own public address belongs among them.
    `find_draft` gives the beginning of a message about an article, for `/chat?about=<article>`.
    """
    app.include_router(create_router(database, accept=accept, transcript=transcript, **options))
    app.include_router(create_pages(find_draft))
    app.add_middleware(OriginGate, allowed=tuple(origins))

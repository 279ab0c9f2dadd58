"""Puts the whole web chat on an app with one call. Called through gateway.channels."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from channels.base import Accept, Channel
from channels.ports import ChannelKind, FindDraft, Surroundings, Transcript
from channels.web.channel import WebChannel
from channels.web.identity import require_strong
from channels.web.origins import OriginGate
from channels.web.pages import create_pages
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


@dataclass(frozen=True)
class InstalledWeb:
    """The web chat of one process."""

    around: Surroundings
    channel: Channel = field(default_factory=WebChannel)

    def mount(self, app: FastAPI) -> None:
        """Add the chat to the app."""
        settings = self.around.settings
        install_web_chat(
            app,
            database=self.around.database,
            accept=self.around.accept,
            transcript=self.around.transcript,
            origins=[settings.base_url, *settings.allowed_origins],
            find_draft=self.around.find_draft,
            files=self.around.files,
            opening=self.around.opening,
            identity_secret=settings.web_identity_secret.get_secret_value(),
            session_days=settings.web_session_days,
        )

    async def start(self) -> None:
        """Nothing runs beside the requests."""

    async def stop(self) -> None:
        """Nothing is left open."""


def install(around: Surroundings) -> InstalledWeb:
    """Return the web chat; it is always on. Raises WeakSecretError for a secret too short."""
    require_strong(around.settings.web_identity_secret.get_secret_value())
    return InstalledWeb(around)


KIND = ChannelKind(WebChannel.name, WebChannel.capabilities, install)

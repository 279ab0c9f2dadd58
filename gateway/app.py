"""The app process over HTTP: channels, action webhook, API, help pages and consoles on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi_offline import FastAPIOffline
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

import console
from channels.base import BusyError
from gateway import actions_webhook, api, content_api, health
from gateway.bootstrap import Runtime, build_runtime
from gateway.content_parts_api import build_parts_router
from gateway.content_transfer import build_transfer_router
from gateway.help_centre import build_help_centre
from gateway.review import build_review
from kit.errors import AppError
from kit.log import get_logger
from kit.settings import Settings
from knowledge_base.errors import StaleDraftError

_log = get_logger(__name__)


def build_app(settings: Settings) -> FastAPI:
    """Return the whole app for the settings; nothing is opened until it starts."""
    runtime = build_runtime(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await runtime.start()
            yield
        finally:
            await runtime.stop()

    app = FastAPIOffline(
        title="Carehouse",
        version="0.1.0",
        description="The social-care desk: customers, conversations, handoffs, knowledge.",
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_exception_handler(AppError, _answer_error)
    app.add_exception_handler(StaleDraftError, content_api.answer_stale_draft)
    app.add_exception_handler(OperationalError, _answer_database_away)
    app.add_exception_handler(PoolTimeoutError, _answer_database_away)
    _mount(app, runtime)
    return app


def _mount(app: FastAPI, runtime: Runtime) -> None:
    settings = runtime.settings

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/chat")

    app.include_router(health.build_router(runtime))
    app.include_router(actions_webhook.build_router(runtime))
    app.include_router(api.build_router(runtime.database))
    # Before the articles: their addresses would take /export and /synonyms for an article's.
    app.include_router(build_transfer_router(runtime.database))
    app.include_router(build_parts_router(runtime.database))
    app.include_router(
        content_api.build_content_router(
            runtime.database, runtime.encoder, four_eyes=settings.four_eyes
        )
    )
    app.include_router(build_help_centre(runtime.help_centre))
    runtime.channels.mount(app)
    review = build_review(settings, runtime.database)
    console.mount(
        app,
        console.ConsoleDeps(
            settings, runtime.database, runtime.listener, review, runtime.knowledge
        ),
    )


async def _answer_error(_request: Request, error: Exception) -> Response:
    """Translate our errors to HTTP, once and for all routes."""
    if not isinstance(error, AppError):
        raise error
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, BusyError) else None
    return JSONResponse({"detail": error.message}, status_code=error.status, headers=headers)


async def _answer_database_away(_request: Request, error: Exception) -> Response:
    """Ask for another try while PostgreSQL restarts; whoever calls us repeats what matters."""
    _log.warning("database.away", error=type(error).__name__)
    detail = {"detail": "This is not available for a moment. Please try again."}
    return JSONResponse(detail, status_code=503, headers={"Retry-After": "2"})

"""Serves login and desk over real HTTP on a free port, for the tests of the console."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

import console
from insights.understanding.review import Review
from kit.database import Database
from kit.errors import AppError
from kit.listener import Listener
from kit.settings import Settings
from knowledge_base.answering import KnowledgeBase


def build_console(
    database: Database,
    review: Review | None = None,
    knowledge: KnowledgeBase | None = None,
    **settings: Any,
) -> FastAPI:
    """Return an app with nothing but the console, errors translated as the gateway does."""
    listener = Listener(database.url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await listener.start()
        yield
        await listener.stop()

    async def answer_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, AppError)
        return JSONResponse({"detail": error.message}, status_code=error.status)

    app = FastAPI(lifespan=lifespan)
    app.add_exception_handler(AppError, answer_error)

    @app.get("/other")
    async def other() -> dict[str, str]:
        return {"route": "of somebody else"}

    console.mount(
        app,
        console.ConsoleDeps(Settings(demo=True, **settings), database, listener, review, knowledge),
    )
    return app


@asynccontextmanager
async def serve(app: FastAPI) -> AsyncIterator[str]:
    """Serve the app; gives its address."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # pytest has its own
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await running

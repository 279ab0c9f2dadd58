"""A real HTTP server around an app, in the test's own event loop, on a port that can be kept."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI


def find_free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serve(app: FastAPI, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the app while the block runs; leaving it drops every connection, as a crash would."""
    port = port or find_free_port()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        timeout_graceful_shutdown=0,
        ws="none",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # serve() would take over the run's signals
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        await task

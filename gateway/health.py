"""Liveness and readiness, for supervisors and load balancers."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.bootstrap import Runtime


def build_router(runtime: Runtime) -> APIRouter:
    """Return `/healthz` (the process answers) and `/readyz` (everything it needs answers)."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", response_model=None)
    async def readyz() -> Response:
        parts = {
            "database": await _database_answers(runtime),
            "listener": runtime.listener.listening.is_set(),
            "engine": await runtime.engine.is_ready(),
            "knowledge": runtime.knowledge_loaded,
        }
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    return router


async def _database_answers(runtime: Runtime) -> bool:
    try:
        async with runtime.database.session() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True

"""The guard of API routes."""

from datetime import timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse

from console.login.browser import COOKIE
from console.login.dependency import require_agent
from console.login.service import sign_in
from handoff.models import Agent
from kit.errors import AppError
from tests.console.conftest import MARA


@pytest.fixture
async def api(staffed):
    app = FastAPI()

    async def answer(_request, error):
        return JSONResponse({"detail": error.message}, status_code=error.status)

    app.add_exception_handler(AppError, answer)
    guard = require_agent(staffed)

    @app.api_route("/me", methods=["GET", "POST"])
    async def me(agent: Annotated[Agent, Depends(guard)]) -> str:
        return agent.login

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        yield client


@pytest.fixture
async def token(staffed):
    async with staffed.session() as session:
        signed_in = await sign_in(
            session,
            login=MARA.login,
            password=MARA.password,
            lasts=timedelta(hours=1),
            old_token=None,
        )
        await session.commit()
    return signed_in.token


async def test_strangers_are_asked_to_sign_in(api):
    assert (await api.get("/me")).status_code == 401
    api.cookies.set(COOKIE, "made-up")
    assert (await api.get("/me")).status_code == 401


async def test_staff_get_through(api, token):
    api.cookies.set(COOKIE, token)
    assert (await api.get("/me")).json() == "mara"


async def test_changes_need_our_own_origin(api, token):
    api.cookies.set(COOKIE, token)
    assert (await api.post("/me")).status_code == 403
    evil = {"Origin": "https://evil.example"}
    assert (await api.post("/me", headers=evil)).status_code == 403
    ours = {"Origin": "http://desk.test"}
    assert (await api.post("/me", headers=ours)).json() == "mara"

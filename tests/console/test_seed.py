"""The demo logins: there once, with passwords that fit and are stored as hashes only."""

from sqlalchemy import select

from console.login.passwords import check_password
from console.seed import DEMO_AGENTS, ensure_demo_agents
from handoff.models import Agent


async def test_demo_logins_are_added_once_and_work(session):
    first = await ensure_demo_agents(session)
    second = await ensure_demo_agents(session)
    stored = (await session.execute(select(Agent))).scalars().all()
    assert first == second == DEMO_AGENTS
    assert {agent.login for agent in stored} == {demo.login for demo in DEMO_AGENTS}
    mara = next(agent for agent in stored if agent.login == "mara")
    assert mara.password_hash.startswith("$argon2id$")
    assert await check_password(DEMO_AGENTS[0].password, mara.password_hash)
    assert not await check_password("wrong", mara.password_hash)


async def test_nobody_has_no_password():
    assert not await check_password("a password nobody has", None)

"""Demo logins of invented people. Run by the gateway's seed, and only when DEMO is on."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from console.login.service import register_agent
from handoff.models import Role
from handoff.repository import find_agent


@dataclass(frozen=True)
class DemoAgent:
    """A demo login as it is printed. The password is made for the demo and protects nothing."""

    login: str
    password: str
    role: Role
    display_name: str


DEMO_AGENTS = (
    DemoAgent("mara", "lamp-shade-linen", Role.AGENT, "Mara Weiss"),
    DemoAgent("jonas", "oak-stool-moss", Role.AGENT, "Jonas Falk"),
    DemoAgent("selin", "loom-thread-dawn", Role.MARKETER, "Selin Korte"),
    DemoAgent("tobias", "brass-hook-wool", Role.LEAD, "Tobias Renner"),
    DemoAgent("elif", "glass-dome-fern", Role.MANAGER, "Elif Aydın"),
)


async def ensure_demo_agents(session: AsyncSession) -> tuple[DemoAgent, ...]:
    """Add the demo logins that are missing and return all of them; the caller commits."""
    for demo in DEMO_AGENTS:
        if await find_agent(session, demo.login) is None:
            await register_agent(
                session,
                login=demo.login,
                display_name=demo.display_name,
                role=demo.role,
                password=demo.password,
            )
    return DEMO_AGENTS

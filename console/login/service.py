"""Staff sessions: signing in and out, finding who is behind a cookie. Never commits but to count
a try before its password is checked, which must hold whatever happens next.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from console.login.attempts import count_try, forget_tries
from console.login.passwords import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    check_password,
    hash_password,
)
from handoff.models import Agent, AgentSession, Role
from handoff.repository import find_agent
from kit.clock import utc_now
from kit.errors import ConflictError, InvalidInputError, UnauthenticatedError
from kit.ids import hash_token, new_token

IDLE = timedelta(hours=2)
_TOUCH_EVERY = timedelta(minutes=1)
_MAX_LOGIN = 100

REFUSED = "This login and password do not fit together."
SLOW_DOWN = "Too many tries. Please wait {wait} and try again."


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: whose it is, and the token for the cookie."""

    agent: Agent
    token: str


async def sign_in(
    session: AsyncSession, *, login: str, password: str, lasts: timedelta, old_token: str | None
) -> SignedIn:
    """Check the password and begin a session with a new token; the browser's old one ends.

    Errors: UnauthenticatedError, in the same words and time for an unknown login and a wrong
    password, or when the name was tried too often.
    """
    name = login.strip().lower()[:_MAX_LOGIN]
    now = utc_now()
    blocked_until = await count_try(session, name, now=now)
    await session.commit()
    if blocked_until is not None:
        raise UnauthenticatedError(SLOW_DOWN.format(wait=_say_wait(blocked_until - now)))
    agent = await find_agent(session, name)
    usable = agent is not None and agent.active and len(password) <= MAX_PASSWORD
    stored = agent.password_hash if agent is not None and usable else None
    if not await check_password(password[:MAX_PASSWORD], stored) or agent is None:
        raise UnauthenticatedError(REFUSED)
    await forget_tries(session, name)
    if old_token:
        await end_session(session, old_token)
    return SignedIn(agent, await _begin_session(session, agent, now=now, lasts=lasts))


async def register_agent(
    session: AsyncSession, *, login: str, display_name: str, role: Role, password: str
) -> Agent:
    """Add an employee; the caller commits.

    Errors: ConflictError for a login that exists; InvalidInputError for an unusable login or a
    password of fewer than 12 characters.
    """
    name = login.strip().lower()
    if not name or len(name) > _MAX_LOGIN:
        raise InvalidInputError(f"A login has 1 to {_MAX_LOGIN} characters.")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInputError(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    if await find_agent(session, name) is not None:
        raise ConflictError(f"There is a login {name} already.")
    agent = Agent(
        login=name,
        display_name=display_name,
        role=role,
        password_hash=hash_password(password),
        created_at=utc_now(),
    )
    session.add(agent)
    await session.flush()
    return agent


async def find_agent_by_session(session: AsyncSession, token: str) -> Agent | None:
    """Return who the token belongs to while the session is good and the employee active.

    Moves the session's last use forward, at most once a minute; the caller commits.
    """
    now = utc_now()
    found = (
        select(AgentSession, Agent)
        .join(Agent, Agent.id == AgentSession.agent_id)
        .where(
            AgentSession.token_hash == hash_token(token),
            AgentSession.expires_at > now,
            AgentSession.last_seen_at > now - IDLE,
            Agent.active,
        )
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        return None
    staff_session, agent = row
    if now - staff_session.last_seen_at > _TOUCH_EVERY:
        staff_session.last_seen_at = now
    return agent


async def end_session(session: AsyncSession, token: str) -> None:
    """Make the token worthless."""
    await session.execute(delete(AgentSession).where(AgentSession.token_hash == hash_token(token)))


async def _begin_session(
    session: AsyncSession, agent: Agent, *, now: datetime, lasts: timedelta
) -> str:
    await session.execute(delete(AgentSession).where(AgentSession.expires_at < now))
    token = new_token()
    session.add(
        AgentSession(
            token_hash=hash_token(token),
            agent_id=agent.id,
            created_at=now,
            expires_at=now + lasts,
            last_seen_at=now,
        )
    )
    await session.flush()
    return token


def _say_wait(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"

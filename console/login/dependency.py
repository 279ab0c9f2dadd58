"""Guards API routes: `Depends(require_agent(database))` lets signed-in staff through."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from console.login.browser import COOKIE, require_same_origin
from console.login.service import find_agent_by_session
from handoff.models import Agent
from kit.database import Database
from kit.errors import UnauthenticatedError

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def require_agent(database: Database) -> Callable[[Request], Awaitable[Agent]]:
    """Return a dependency that gives the signed-in employee.

    Errors it raises: UnauthenticatedError (401); ForbiddenError (403) when another site asks for
    a change in the employee's name.
    """

    async def current_agent(request: Request) -> Agent:
        token = request.cookies.get(COOKIE, "")
        if request.method not in _READING:
            require_same_origin(request)
        async with database.session() as session:
            agent = await find_agent_by_session(session, token) if token else None
            await session.commit()
        if agent is None:
            raise UnauthenticatedError("Please sign in.")
        return agent

    return current_agent

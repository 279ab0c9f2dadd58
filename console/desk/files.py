"""GET /desk/files/{id}: what a customer sent, for staff who speak with customers.

The bytes come from strangers. Only pictures, drawn anew when they were kept, are shown in a page;
everything else is downloaded or played, and never gets the rights of our own pages.
"""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from console.login.dependency import require_agent
from console.login.rights import may_use_desk
from crm.files.queries import find_file
from crm.files.schemas import FileBytes
from handoff.models import Agent
from kit.database import Database
from kit.errors import ForbiddenError, NotFoundError


def build_file_router(database: Database) -> APIRouter:
    """Return the route; register it before NiceGUI's pages."""
    router = APIRouter(include_in_schema=False)
    signed_in = require_agent(database)

    @router.get("/desk/files/{file_id}")
    async def serve_file(file_id: UUID, agent: Annotated[Agent, Depends(signed_in)]) -> Response:
        if not may_use_desk(agent):
            raise ForbiddenError("Files of customers are for those who speak with them.")
        async with database.session() as session:
            found = await find_file(session, file_id)
        if found is None:
            raise NotFoundError("There is no such file.")
        return as_response(found)

    return router


def as_response(found: FileBytes) -> Response:
    """Return the file such that a browser runs nothing of it."""
    placed = "inline" if found.is_picture else "attachment"
    return Response(
        found.data,
        media_type=found.media_type,
        headers={
            "Content-Disposition": f"{placed}; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )

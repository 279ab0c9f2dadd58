"""The HTTP API of what articles share: pictures and synonyms.

Mounted by gateway.app under /api/content, before the articles.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from console.login.dependency import require_agent
from console.login.rights import require_publisher
from handoff.models import Agent
from kit.database import Database
from knowledge_base.errors import TooLargeError
from knowledge_base.images import LARGEST_IMAGE, LONGEST_NAME, store_image
from knowledge_base.synonyms import Synonyms, delete_synonyms, list_synonyms, save_synonyms

_Words = Annotated[list[str], Field(examples=[["throw", "blanket", "plaid"]], max_length=100)]


class ImageOut(BaseModel):
    """A kept picture; articles show it by its address."""

    id: UUID
    address: str = Field(examples=["/help/images/0190..."])
    media_type: str
    width: int
    height: int
    name: str


class Group(BaseModel):
    """Words for the same thing; the first is the one the articles use."""

    words: _Words
    language: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")


class GroupOut(Group):
    """A group with its id."""

    id: UUID


def build_parts_router(database: Database) -> APIRouter:
    """Return the routes; every one needs a staff login, changing synonyms a publisher's."""
    guard = require_agent(database)
    router = APIRouter(prefix="/api/content", tags=["content"], dependencies=[Depends(guard)])

    @router.post("/images", status_code=201)
    async def upload_image(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)],
        agent: Annotated[Agent, Depends(guard)],
    ) -> ImageOut:
        """Keep a picture, the request's body; the same one again is the one that is there."""
        data = await _read_image(request)
        async with database.session() as session:
            kept = await store_image(session, data, name=name, by=agent.login)
            await session.commit()
        return ImageOut.model_validate(kept, from_attributes=True)

    @router.get("/synonyms")
    async def read_synonyms(
        language: Annotated[str | None, Query(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = None,
    ) -> list[GroupOut]:
        """List the groups, of one language or of all."""
        async with database.session() as session:
            return [_show(group) for group in await list_synonyms(session, language=language)]

    @router.post("/synonyms", status_code=201)
    async def add_synonyms(group: Group, agent: Annotated[Agent, Depends(guard)]) -> GroupOut:
        """Add a group; search uses it at once."""
        return await _save(database, group, agent)

    @router.put("/synonyms/{group_id}")
    async def change_synonyms(
        group_id: UUID, group: Group, agent: Annotated[Agent, Depends(guard)]
    ) -> GroupOut:
        """Change a group."""
        return await _save(database, group, agent, group_id=group_id)

    @router.delete("/synonyms/{group_id}", status_code=204)
    async def forget_synonyms(group_id: UUID, agent: Annotated[Agent, Depends(guard)]) -> None:
        """Forget a group; one that is gone already is no error."""
        require_publisher(agent)
        async with database.session() as session:
            await delete_synonyms(session, group_id)
            await session.commit()

    return router


async def _read_image(request: Request) -> bytes:
    """Stop at the first byte too many."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST_IMAGE:
            raise TooLargeError("A picture may have 5 MB at most.")
    return bytes(data)


async def _save(
    database: Database, group: Group, agent: Agent, *, group_id: UUID | None = None
) -> GroupOut:
    require_publisher(agent)
    async with database.session() as session:
        saved = await save_synonyms(
            session, group.words, by=agent.login, language=group.language, group_id=group_id
        )
        await session.commit()
    return _show(saved)


def _show(group: Synonyms) -> GroupOut:
    return GroupOut(id=group.id, language=group.language, words=list(group.words))

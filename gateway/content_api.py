"""The HTTP API of the articles, for the systems of the staff: read, write, review, publish.

Mounted by gateway.app under /api/content. The studio does the same through knowledge_base itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, Field

from console.login.dependency import require_agent
from console.login.rights import require_publisher
from handoff.models import Agent
from kit.database import Database
from knowledge_base import editorial, library, releasing
from knowledge_base.difference import compare
from knowledge_base.drafts import LONGEST_BODY, Draft
from knowledge_base.encoder import Encoder
from knowledge_base.errors import StaleDraftError
from knowledge_base.library import LONGEST_PAGE, PAGE, LibraryFilters
from knowledge_base.models import Audience, Stage, VersionState
from knowledge_base.versions import VersionView

_Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
_Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Version = Annotated[int, Query(ge=1, le=2**31 - 1)]
_Revision = Annotated[
    int | None,
    Query(ge=1, le=2**31 - 1, description="What you read: 409 when it was changed since."),
]


class Content(BaseModel):
    """What an article says, and to whom."""

    title: str = Field(max_length=300, examples=["Track your order"])
    body: str = Field(max_length=LONGEST_BODY, examples=["Open **Orders** and choose *Track*."])
    owner: str = Field(max_length=200, examples=["Ilse Vanderloom"])
    stage: Stage = Stage.ANY
    audience: Audience = Audience.PUBLIC
    language: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    campaign: str | None = Field(None, max_length=200)
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    tags: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=50)
    asked_as: list[Annotated[str, Field(max_length=500)]] = Field(default=[], max_length=200)
    segments: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=50)
    review_on: date | None = None
    cost_cents: int = Field(0, ge=0, le=10**9)
    note: str = Field("", max_length=2000)

    def as_draft(self, slug: str) -> Draft:
        """Return it as the knowledge base takes it."""
        fields: dict[str, Any] = self.model_dump()
        for name in ("tags", "asked_as", "segments"):
            fields[name] = tuple(fields[name])
        return Draft(slug=slug, **fields)


class Saving(BaseModel):
    """What to save, and what the author had before their eyes."""

    content: Content
    base: int | None = Field(None, description="Version begun with; none for a new article.")
    revision: int | None = Field(None, description="Revision of the open draft last seen, if any.")


class VersionOut(BaseModel):
    """A version: its content, and where it stands."""

    slug: str
    number: int
    state: VersionState
    revision: int
    content: Content
    author: str
    submitted_by: str | None
    approved_by: str | None
    publish_at: datetime | None
    restored_from: int | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


class Filters(BaseModel):
    """What to list; what is left out filters nothing."""

    text: str = Field("", max_length=200)
    state: VersionState | None = None
    language: str = ""
    stage: str = ""
    owner: str = ""
    tag: str = ""
    campaign: str = ""
    offset: int = Field(0, ge=0, le=10**6)
    limit: int = Field(PAGE, ge=1, le=LONGEST_PAGE)


class ListOut(BaseModel):
    """A page of the list, the last changed first."""

    total: int
    articles: list[dict[str, Any]]


class ArticleOut(BaseModel):
    """An article with all its versions, newest first."""

    slug: str
    versions: list[VersionOut]
    events: list[dict[str, Any]]
    translations: list[dict[str, Any]]


class Note(BaseModel):
    """Words to the author."""

    note: str = Field(max_length=2000)


class Moment(BaseModel):
    """When to publish."""

    at: AwareDatetime


class Other(BaseModel):
    """Another article, by its address."""

    slug: _Slug


def build_content_router(database: Database, encoder: Encoder, *, four_eyes: bool) -> APIRouter:
    """Return `/api/content`; every route needs a staff login, publishing a publisher's.

    A draft that somebody else changed meanwhile is answered 409 with the newer version.
    """
    guard = require_agent(database)
    router = APIRouter(prefix="/api/content", tags=["content"], dependencies=[Depends(guard)])
    _add_reading(router, database)
    _add_writing(router, database, guard)
    _add_publishing(router, database, guard, encoder, four_eyes=four_eyes)
    return router


async def answer_stale_draft(_request: Request, error: Exception) -> Response:
    """Tell who was late what the article says now."""
    if not isinstance(error, StaleDraftError):
        raise error
    newer = _show(error.newer).model_dump(mode="json")
    return JSONResponse({"detail": error.message, "newer": newer}, status_code=error.status)


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("")
    async def list_articles(asked: Annotated[Filters, Query()]) -> ListOut:
        """List articles in every state, by filters and full text."""
        filters = LibraryFilters(**asked.model_dump())
        async with database.session() as session:
            listing = await library.list_articles(session, filters)
        return ListOut(total=listing.total, articles=[asdict(row) for row in listing.rows])

    @router.get("/{slug}")
    async def read_article(slug: str) -> ArticleOut:
        """Show an article with its versions, its history and its translations."""
        async with database.session() as session:
            detail = await library.get_article(session, _clean(slug))
        return ArticleOut(
            slug=detail.slug,
            versions=[_show(each) for each in detail.versions],
            events=[asdict(each) for each in detail.events],
            translations=[asdict(each) for each in detail.translations],
        )

    @router.get("/{slug}/difference")
    async def show_difference(slug: str, before: _Version, after: _Version) -> dict[str, Any]:
        """Show what turned one version into another, word by word."""
        async with database.session() as session:
            old = await library.get_version(session, _clean(slug), before)
            new = await library.get_version(session, _clean(slug), after)
        return asdict(compare(old.content, new.content))


def _add_writing(router: APIRouter, database: Database, guard: "_Guard") -> None:
    @router.put("/{slug}")
    async def save(
        slug: _Slug, saving: Saving, agent: Annotated[Agent, Depends(guard)]
    ) -> VersionOut:
        """Create an article, begin a draft beside the published version, or change the draft."""
        draft = saving.content.as_draft(slug)
        async with database.session() as session:
            saved = await editorial.save(
                session, draft, by=agent.login, base=saving.base, revision=saving.revision
            )
            await session.commit()
        return _show(saved)

    @router.post("/{slug}/versions/{number}/submit")
    async def submit(
        slug: _Slug, number: _Number, agent: Annotated[Agent, Depends(guard)]
    ) -> VersionOut:
        """Ask for a review of the open draft."""
        async with database.session() as session:
            done = await editorial.submit(session, slug, number=number, by=agent.login)
            await session.commit()
        return _show(done)

    @router.post("/{slug}/versions/{number}/send-back")
    async def send_back(
        slug: _Slug, number: _Number, note: Note, agent: Annotated[Agent, Depends(guard)]
    ) -> VersionOut:
        """Return a version in review to its author."""
        async with database.session() as session:
            done = await editorial.send_back(
                session, slug, number=number, by=agent.login, note=note.note
            )
            await session.commit()
        return _show(done)

    @router.post("/{slug}/versions/{number}/restore")
    async def restore(
        slug: _Slug, number: _Number, agent: Annotated[Agent, Depends(guard)]
    ) -> VersionOut:
        """Begin a draft with what an old version said."""
        async with database.session() as session:
            done = await editorial.restore(session, slug, number=number, by=agent.login)
            await session.commit()
        return _show(done)

    @router.delete("/{slug}/draft", status_code=204)
    async def discard(slug: _Slug, agent: Annotated[Agent, Depends(guard)]) -> None:
        """Put the open draft away; it stays in the history."""
        async with database.session() as session:
            await editorial.discard(session, slug, by=agent.login)
            await session.commit()

    @router.post("/{slug}/translations", status_code=204)
    async def link(slug: _Slug, other: Other, agent: Annotated[Agent, Depends(guard)]) -> None:
        """Say that another article is the same in another language."""
        async with database.session() as session:
            await editorial.link_translation(session, slug, other.slug, by=agent.login)
            await session.commit()

    @router.delete("/{slug}/translations", status_code=204)
    async def unlink(slug: _Slug, agent: Annotated[Agent, Depends(guard)]) -> None:
        """Take an article out of its translations."""
        async with database.session() as session:
            await editorial.unlink_translation(session, slug, by=agent.login)
            await session.commit()


def _add_publishing(
    router: APIRouter, database: Database, guard: "_Guard", encoder: Encoder, *, four_eyes: bool
) -> None:
    @router.post("/{slug}/versions/{number}/publish")
    async def publish(
        slug: _Slug,
        number: _Number,
        agent: Annotated[Agent, Depends(guard)],
        revision: _Revision = None,
    ) -> VersionOut:
        """Approve the open draft and serve it at once."""
        require_publisher(agent)
        async with database.session() as session:
            done = await releasing.publish(
                session,
                slug,
                number=number,
                by=agent.login,
                encoder=encoder,
                four_eyes=four_eyes,
                revision=revision,
            )
            await session.commit()
        return _show(done)

    @router.post("/{slug}/versions/{number}/schedule")
    async def schedule(
        slug: _Slug,
        number: _Number,
        moment: Moment,
        agent: Annotated[Agent, Depends(guard)],
        revision: _Revision = None,
    ) -> VersionOut:
        """Approve the open draft and publish it at a later time."""
        require_publisher(agent)
        async with database.session() as session:
            done = await releasing.schedule(
                session,
                slug,
                number=number,
                by=agent.login,
                at=moment.at,
                four_eyes=four_eyes,
                revision=revision,
            )
            await session.commit()
        return _show(done)

    @router.delete("/{slug}/schedule")
    async def unschedule(slug: _Slug, agent: Annotated[Agent, Depends(guard)]) -> VersionOut:
        """Call a planned publication off."""
        require_publisher(agent)
        async with database.session() as session:
            done = await releasing.unschedule(session, slug, by=agent.login)
            await session.commit()
        return _show(done)

    @router.post("/{slug}/versions/{number}/roll-back")
    async def roll_back(
        slug: _Slug, number: _Number, agent: Annotated[Agent, Depends(guard)]
    ) -> VersionOut:
        """Serve again what an earlier version said."""
        require_publisher(agent)
        async with database.session() as session:
            done = await releasing.roll_back(
                session, slug, number=number, by=agent.login, encoder=encoder
            )
            await session.commit()
        return _show(done)

    @router.post("/{slug}/withdraw", status_code=204)
    async def withdraw(slug: _Slug, agent: Annotated[Agent, Depends(guard)]) -> None:
        """Stop serving an article."""
        require_publisher(agent)
        async with database.session() as session:
            await releasing.withdraw(session, slug, by=agent.login)
            await session.commit()


_Guard = Callable[[Request], Awaitable[Agent]]


def _show(version: VersionView) -> VersionOut:
    fields = {name: getattr(version, name) for name in VersionOut.model_fields if name != "content"}
    content = asdict(version.content)
    shown = {name: content[name] for name in Content.model_fields}
    for name in ("tags", "asked_as", "segments"):
        shown[name] = list(shown[name])
    # Not validated: what was stored under older rules is still shown.
    return VersionOut(content=Content.model_construct(**shown), **fields)


def _clean(slug: str) -> str:
    """PostgreSQL takes no null bytes; no slug has one."""
    return slug.replace("\x00", "")

"""What an author does with one article, as transactions. Used by the editor's panes."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from console.login.rights import may_publish
from handoff.models import Agent
from kit.database import Database
from knowledge_base import editorial, library, releasing
from knowledge_base.drafts import Draft
from knowledge_base.encoder import Encoder
from knowledge_base.library import ArticleDetail
from knowledge_base.versions import VersionView

_T = TypeVar("_T")
LoadEncoder = Callable[[], Awaitable[Encoder]]


class ArticleWork:
    """One author's work on one article: knows what they saw last, commits what they do."""

    def __init__(
        self,
        database: Database,
        agent: Agent,
        load_encoder: LoadEncoder,
        *,
        slug: str | None,
        four_eyes: bool,
    ) -> None:
        self.slug = slug
        self.by = agent.login
        self.may_publish = may_publish(agent)
        self.detail: ArticleDetail | None = None
        self.database = database
        self._load_encoder = load_encoder
        self._four_eyes = four_eyes

    @property
    def draft(self) -> VersionView | None:
        """The open draft."""
        return self.detail.draft if self.detail else None

    def says(self, content: Draft) -> bool:
        """Whether that is what the article said when it was last read."""
        return self.detail is not None and self.detail.shown.content == content

    async def load(self) -> ArticleDetail | None:
        """Read the article anew. Raises ArticleNotFoundError."""
        if self.slug is not None:
            async with self.database.session() as session:
                self.detail = await library.get_article(session, self.slug)
        return self.detail

    async def save(self, content: Draft, *, over: VersionView | None = None) -> VersionView:
        """Save the draft; `over` is the colleague's version that the author chose to replace."""
        seen = over or self.draft
        base = self.detail.published or self.detail.versions[0] if self.detail else None
        revision = seen.revision if seen and seen.is_open else None
        number = over.number if over and not over.is_open else base.number if base else None

        async def work(session: AsyncSession) -> VersionView:
            return await editorial.save(
                session, content, by=self.by, base=number, revision=revision
            )

        saved = await self._commit(work)
        self.slug = content.slug
        await self.load()
        return saved

    async def submit(self) -> None:
        """Ask for a review of the draft."""
        slug, number = self._open()
        await self._commit(lambda s: editorial.submit(s, slug, number=number, by=self.by))

    async def send_back(self, note: str) -> None:
        """Return the draft to its author."""
        slug, number = self._open()
        await self._commit(
            lambda s: editorial.send_back(s, slug, number=number, by=self.by, note=note)
        )

    async def publish(self) -> None:
        """Serve the draft from now on."""
        slug, number = self._open()
        revision = self.draft.revision if self.draft else None
        encoder = await self._load_encoder()
        await self._commit(
            lambda s: releasing.publish(
                s,
                slug,
                number=number,
                by=self.by,
                encoder=encoder,
                four_eyes=self._four_eyes,
                revision=revision,
            )
        )

    async def schedule(self, at: datetime) -> None:
        """Have the draft published later."""
        slug, number = self._open()
        revision = self.draft.revision if self.draft else None
        await self._commit(
            lambda s: releasing.schedule(
                s,
                slug,
                number=number,
                by=self.by,
                at=at,
                four_eyes=self._four_eyes,
                revision=revision,
            )
        )

    async def unschedule(self) -> None:
        """Call the planned publication off."""
        slug, _ = self._open()
        await self._commit(lambda s: releasing.unschedule(s, slug, by=self.by))

    async def discard(self) -> None:
        """Put the draft away."""
        slug, _ = self._open()
        await self._commit(lambda s: editorial.discard(s, slug, by=self.by))

    async def withdraw(self) -> None:
        """Stop serving the article."""
        slug = self.slug or ""
        await self._commit(lambda s: releasing.withdraw(s, slug, by=self.by))

    async def restore(self, number: int) -> None:
        """Begin a draft with an old version."""
        slug = self.slug or ""
        await self._commit(lambda s: editorial.restore(s, slug, number=number, by=self.by))

    async def roll_back(self, number: int) -> None:
        """Serve an old version again."""
        slug = self.slug or ""
        encoder = await self._load_encoder()
        await self._commit(
            lambda s: releasing.roll_back(s, slug, number=number, by=self.by, encoder=encoder)
        )

    async def link(self, other: str) -> None:
        """Link a translation."""
        slug = self.slug or ""
        await self._commit(lambda s: editorial.link_translation(s, slug, other, by=self.by))

    async def unlink(self) -> None:
        """Take the article out of its translations."""
        slug = self.slug or ""
        await self._commit(lambda s: editorial.unlink_translation(s, slug, by=self.by))

    def _open(self) -> tuple[str, int]:
        draft = self.draft
        return (draft.slug, draft.number) if draft else (self.slug or "", 0)

    async def _commit(self, work: Callable[[AsyncSession], Awaitable[_T]]) -> _T:
        async with self.database.session() as session:
            done = await work(session)
            await session.commit()
        await self.load()
        return done

"""What was read becomes versions: new articles, or drafts beside those that are there.

Called by knowledge_base.importers.running inside one transaction for each document.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from knowledge_base import repository, service
from knowledge_base.drafts import Draft
from knowledge_base.encoder import Encoder
from knowledge_base.errors import ContentRefusedError
from knowledge_base.importers.candidates import Candidate
from knowledge_base.importers.drafting import Defaults, make_draft
from knowledge_base.models import Article, ArticleEvent, ArticleVersion, VersionState
from knowledge_base.versions import OPEN, read_content, write_content


class Outcome(StrEnum):
    """What became of a document."""

    IMPORTED = "imported"
    UPDATED = "updated as draft"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the report."""

    name: str
    outcome: Outcome
    slug: str = ""
    title: str = ""
    reason: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How to import: by whom, with which defaults; published at once only with an encoder."""

    by: str
    defaults: Defaults
    publisher: Encoder | None = None


async def apply_candidate(
    session: AsyncSession, candidate: Candidate, *, slug: str, orders: Orders
) -> Entry:
    """Save a document. Raises ContentRefusedError; nothing of it is stored then."""
    article = await repository.find_article(session, slug)
    versions = await list_versions(session, article) if article is not None else []
    base = _find_base(versions)
    current = read_content(slug, base) if base is not None else None
    draft = make_draft(candidate, slug=slug, defaults=orders.defaults, current=current)
    same = base if base is not None and current == draft else _find_same(versions, draft)
    outcome = Outcome.UNCHANGED
    if same is None:
        same = await _save(session, draft, base, by=orders.by)
        outcome = Outcome.IMPORTED if article is None else Outcome.UPDATED
    published = await publish_if_asked(session, slug, same, orders)
    return Entry(
        name=candidate.name, outcome=outcome, slug=slug, title=draft.title, published=published
    )


async def publish_if_asked(
    session: AsyncSession, slug: str, version: ArticleVersion, orders: Orders
) -> bool:
    """Publish what is not published yet, if the import was told to."""
    if orders.publisher is None or version.state == VersionState.PUBLISHED:
        return False
    await service.publish(session, slug, number=version.number, encoder=orders.publisher)
    session.add(event_of(version, "published", by=orders.by))
    await session.flush()
    return True


async def list_versions(session: AsyncSession, article: Article) -> list[ArticleVersion]:
    """Every version of an article, the first first."""
    query = (
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id)
        .order_by(ArticleVersion.number)
    )
    return list((await session.execute(query)).scalars())


def event_of(version: ArticleVersion, what: str, *, by: str) -> ArticleEvent:
    """Return the line that the article's history gets."""
    return ArticleEvent(article_id=version.article_id, number=version.number, what=what, by=by)


def _find_base(versions: list[ArticleVersion]) -> ArticleVersion | None:
    """The version whose fields an update keeps: the open draft, the published one, the newest."""
    open_ones = [version for version in versions if version.state in OPEN]
    published = [version for version in versions if version.state == VersionState.PUBLISHED]
    return next(iter([*open_ones[-1:], *published, *versions[-1:]]), None)


def _find_same(versions: list[ArticleVersion], draft: Draft) -> ArticleVersion | None:
    """The version being served or worked on that says exactly this."""
    serving = (*OPEN, VersionState.PUBLISHED.value)
    return next(
        (
            version
            for version in reversed(versions)
            if version.state in serving
            and read_content(draft.slug, version).content_hash == draft.content_hash
        ),
        None,
    )


async def _save(
    session: AsyncSession, draft: Draft, base: ArticleVersion | None, *, by: str
) -> ArticleVersion:
    """Add a draft, or change the one this person has open; never somebody else's."""
    if base is None or base.state not in OPEN:
        version = await service.save_draft(session, draft)
        version.author = by
    elif base.state == VersionState.DRAFT and base.author == by:
        version = base
        write_content(version, draft)
        version.revision += 1
        version.updated_at = utc_now()
        # What was approved for later was not this.
        version.publish_at = version.submitted_by = version.approved_by = None
    else:
        who = f" by {base.author}" if base.author else ""
        raise ContentRefusedError(
            f"Version {base.number}{who} is being worked on. Publish or discard it first."
        )
    session.add(event_of(version, "imported", by=by))
    await session.flush()
    return version

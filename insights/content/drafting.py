"""From a gap to content: a draft begun with real questions, or a phrasing for an article there is.

Called by the studio, which commits. Publishing stays with the people who may.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from insights.content.gaps import Gap, decide
from insights.content.models import GapState
from insights.understanding.masking import mask
from kit.clock import utc_now
from knowledge_base import editorial
from knowledge_base.drafts import Draft
from knowledge_base.models import Article, ArticleVersion, VersionState
from knowledge_base.versions import OPEN, VersionView, read_content

MOST_PHRASINGS = 5
_TO_WRITE = "Write the answer here: the first sentence should answer the question above."


async def start_draft(
    session: AsyncSession, gap: Gap, by: str, *, owner: str = "", body: str = ""
) -> VersionView:
    """Begin an article for the gap, its real questions as phrasings."""
    asked_as = gap.examples
    begun = await _begin(
        session, gap.label, asked_as, by=by, owner=owner, body=body, language=gap.language
    )
    await decide(
        session, gap.id, state=GapState.DRAFTED, by=by, at=utc_now(), slug=begun.content.slug
    )
    return begun


async def draft_reply(
    session: AsyncSession, question: str, reply: str, by: str, *, owner: str = ""
) -> VersionView:
    """Begin an article from a person's good reply."""
    title = question or reply.partition(".")[0][:80]
    asked_as = (question,) if question else ()
    return await _begin(session, title, asked_as, by=by, owner=owner, body=reply)


async def add_phrasing(session: AsyncSession, slug: str, phrase: str, by: str) -> bool:
    """Add a real question to an article: to its open draft, or to a new one beside what serves.

    False when the article has that phrasing already. Errors: ArticleNotFoundError.
    """
    article = await editorial.get_locked(session, slug)
    newest = await _find_newest(session, article.id)
    content, cleaned = read_content(slug, newest), mask(phrase)
    if cleaned.casefold() in (each.casefold() for each in content.asked_as):
        return False
    changed = replace(content, asked_as=(*content.asked_as, cleaned))
    if newest.state in OPEN:
        await editorial.save(session, changed, by=by, revision=newest.revision)
    else:
        noted = replace(changed, note="A phrasing from the gap report.")
        await editorial.save(session, noted, by=by, base=newest.number)
    return True


async def _begin(
    session: AsyncSession,
    title: str,
    asked_as: Sequence[str],
    *,
    by: str,
    owner: str,
    body: str,
    language: str = "en",
) -> VersionView:
    draft = Draft(
        slug=await _find_free_slug(session, title),
        title=title[:1].upper() + title[1:],
        body=body.strip() or _TO_WRITE,
        owner=owner or by,
        language=language,
        asked_as=tuple(mask(phrase) for phrase in asked_as[:MOST_PHRASINGS]),
    )
    return await editorial.save(session, draft, by=by)


async def _find_newest(session: AsyncSession, article_id: UUID) -> ArticleVersion:
    """The open draft, else what is published, else the newest version."""
    found = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    versions = (await session.execute(found.order_by(ArticleVersion.number.desc()))).scalars().all()
    for states in (OPEN, (VersionState.PUBLISHED,)):
        for version in versions:
            if version.state in states:
                return version
    return versions[0]


async def _find_free_slug(session: AsyncSession, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)[:8]
    stem = "-".join(words)[:60].strip("-") or "new-article"
    taken = set(
        (await session.execute(select(Article.slug).where(Article.slug.startswith(stem)))).scalars()
    )
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)

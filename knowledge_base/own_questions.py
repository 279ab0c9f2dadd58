"""A base's own phrasings as questions, each left out of the base that it is asked of.

Any base can be fitted so, without questions from elsewhere. Used by knowledge_base.calibrate.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.answers import Reader
from knowledge_base.fitting import Case
from knowledge_base.index import Snapshot
from knowledge_base.models import ArticleVersion, Passage, PassageKind, VersionState
from knowledge_base.search import rank

MOST_ASKED = 600
EVERYTHING = 10_000


async def list_own_cases(
    session: AsyncSession, snapshot: Snapshot, *, reader: Reader, now: datetime
) -> list[Case]:
    """Phrasings and titles, the customers' words; evenly chosen when there are very many."""
    phrasings = list((await _list_phrasings(session, snapshot, reader.language)).items())
    step = max(len(phrasings) // MOST_ASKED, 1)
    cases = []
    for text, places in phrasings[::step]:
        matches = await repository.match_words(session, text, language=reader.language)
        relevant = frozenset(snapshot.entries[at].article_id for at in places)
        if any(set(snapshot.places[key]) <= set(places) for key in relevant):
            continue
        allowed = snapshot.allowed(now, reader)
        allowed[places] = False
        ranked = rank(
            snapshot,
            snapshot.matrix[places[0]],
            matches,
            allowed=allowed,
            count=EVERYTHING,
            left_out=frozenset(places),
        )
        if len(ranked) > 1:
            cases.append(Case("answerable", tuple(ranked), relevant))
    return cases


async def _list_phrasings(
    session: AsyncSession, snapshot: Snapshot, language: str
) -> dict[str, list[int]]:
    """Positions of each phrasing; the same one may belong to several articles."""
    version = ArticleVersion
    rows = await session.execute(
        select(Passage.id, Passage.text)
        .join(version, version.id == Passage.version_id)
        .where(
            version.state == VersionState.PUBLISHED,
            version.language == language,
            Passage.kind != PassageKind.PASSAGE.value,
        )
        .order_by(Passage.id)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for passage_id, text in rows:
        position = snapshot.position_of.get(passage_id)
        if position is not None:
            found[text].append(position)
    return found

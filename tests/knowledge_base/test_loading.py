"""The live index: equal to PostgreSQL again after whatever happened to either."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select, text

from knowledge_base import passages, service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import Reader
from knowledge_base.mending import BATCH, Upkeep, mend
from knowledge_base.models import Audience, Passage

CAT = "When is the office cat fed?"
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Renamed:
    """The same model under another name: another encoder as far as vectors are concerned."""

    def __init__(self, encoder, identity="another/384") -> None:
        self._encoder = encoder
        self.identity = identity
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        return self._encoder.encode(texts)


async def publish(database, encoder, *drafts):
    async with database.session() as session:
        await service.import_drafts(session, drafts, encoder=encoder)
        await session.commit()


async def run(database, statement, **values):
    async with database.session() as session:
        await session.execute(text(statement), values)
        await session.commit()


@pytest.fixture
async def cat(database, encoder, make_draft, always_sure):
    await publish(database, encoder, make_draft())
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    return kb


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x00" * 4,
        np.full(384, np.nan, dtype=np.float32).tobytes(),
        np.full(384, 0.5, dtype=np.float32).tobytes(),
        np.zeros(384, dtype=np.float32).tobytes(),
    ],
)
async def test_a_damaged_vector_is_noticed_answered_meanwhile_and_put_right(
    cat, database, encoder, broken
):
    await run(database, "UPDATE passages SET vector = :broken", broken=broken)
    assert await cat.index.verify() == 1
    assert len(cat.index.damaged) == 2
    assert (await cat.ask(CAT)).citation is not None
    assert await mend(database, cat.index, encoder) == 2
    async with database.session() as session:
        vectors = (await session.execute(select(Passage.vector))).scalars().all()
    assert all(abs(np.linalg.norm(np.frombuffer(v, np.float32)) - 1) < 0.001 for v in vectors)


async def test_a_published_version_without_passages_gets_them_again(cat, database, encoder):
    await run(database, "DELETE FROM passages")
    await cat.index.verify()
    assert cat.snapshot.size == 0
    assert await mend(database, cat.index, encoder) == 2
    await cat.index.verify()
    assert (await cat.ask(CAT)).citation is not None


async def test_checking_takes_over_what_no_notification_told(cat, database, encoder, make_draft):
    assert await cat.index.verify() == 0
    await publish(database, encoder, make_draft("dog", title="The dog", body="It sleeps."))
    await run(database, "UPDATE article_versions SET valid_until = now() WHERE title LIKE '%cat'")
    assert await cat.index.verify() == 2
    assert cat.snapshot.articles == 2
    assert (await cat.ask(CAT)).citation.slug == "dog"


async def test_another_encoders_vectors_are_made_beside_the_old_ones_which_go_on_serving(
    database, encoder, make_draft, always_sure
):
    phrasings = tuple(f"Cat question number {number}?" for number in range(300))
    await publish(database, encoder, make_draft(asked_as=phrasings))
    wanted = Renamed(encoder)
    kb = KnowledgeBase(database, wanted, always_sure)
    upkeep = Upkeep(kb, wanted=wanted, earlier=encoder)
    await upkeep.start()
    assert kb.encoder is encoder
    assert (await kb.ask(CAT)).citation is not None
    await upkeep.run()
    assert kb.encoder is wanted
    assert (await kb.ask(CAT)).citation is not None
    back = KnowledgeBase(database, encoder, always_sure)
    await back.start()
    assert back.snapshot.size == kb.snapshot.size == 302


async def test_embedding_anew_goes_on_where_a_process_died(cat, database, encoder, make_draft):
    phrasings = tuple(f"Cat question number {number}?" for number in range(5 * BATCH))
    await publish(database, encoder, make_draft(asked_as=phrasings))

    class Dying(Renamed):
        def encode(self, texts):
            if self.encoded >= 2 * BATCH:
                raise MemoryError
            return super().encode(texts)

    with pytest.raises(MemoryError):
        await mend(database, cat.index, Dying(encoder))
    async with database.session() as session:
        left = await passages.count_missing(session, "another/384")
    assert left == 3 * BATCH + 2
    assert await mend(database, cat.index, Renamed(encoder)) == left


async def test_only_one_process_mends_at_a_time(cat, database, encoder, make_draft):
    await publish(database, encoder, make_draft(asked_as=("a", "b", "c")))
    both = [Renamed(encoder), Renamed(encoder)]
    made = await asyncio.gather(*(mend(database, cat.index, each) for each in both))
    assert sum(made) == sum(each.encoded for each in both) == 5


async def test_a_rollback_leaves_what_was_served(cat, database, encoder, make_draft):
    async with database.session() as session:
        await service.import_drafts(session, [make_draft(body="Never fed.")], encoder=encoder)
    await cat.index.verify()
    assert (await cat.ask(CAT)).quote.startswith("The office cat")


async def test_nothing_expired_or_restricted_is_served_whatever_the_hour(
    database, encoder, make_draft, always_sure
):
    drafts = [
        make_draft(
            f"cat-{start}-{length}-{audience.name.lower().replace('_', '-')}",
            valid_from=NOW + timedelta(hours=start),
            valid_until=NOW + timedelta(hours=start + length),
            audience=audience,
        )
        for start, length in ((0, 2), (1, 3), (4, 1))
        for audience in Audience
    ]
    await publish(database, encoder, *drafts)
    by_slug = {draft.slug: draft for draft in drafts}
    clock = [NOW]
    kb = KnowledgeBase(database, encoder, always_sure, clock=lambda: clock[0])
    await kb.start()
    for hour in range(-1, 7):
        clock[0] = NOW + timedelta(hours=hour)
        for signed_in in (False, True):
            answer = await kb.ask(CAT, reader=Reader(signed_in=signed_in))
            allowed = {
                slug
                for slug, draft in by_slug.items()
                if draft.valid_from <= clock[0] < draft.valid_until
                and (signed_in or draft.audience is Audience.PUBLIC)
            }
            served = {answer.citation.slug} if answer.citation else set()
            assert served <= allowed
            assert bool(served) is bool(allowed)


def count_recent(kb: KnowledgeBase) -> int:
    return len(kb.snapshot.recent.articles)


async def test_a_change_shows_at_once_and_is_made_part_of_the_base_afterwards(
    database, encoder, make_draft, always_sure
):
    others = [
        make_draft(f"animal-{n}", title=f"Animal {n}", body=f"Animal {n} lives in house {n}.")
        for n in range(20)
    ]
    await publish(database, encoder, *others)
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    await publish(database, encoder, make_draft())
    await kb.refresh()
    assert count_recent(kb) == 1
    soon = await kb.ask(CAT)
    await kb.index.stop()
    assert count_recent(kb) == 0
    assert kb.snapshot.articles == 21
    assert soon.citation is not None
    assert (await kb.ask(CAT)).citation == soon.citation

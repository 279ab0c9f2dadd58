"""Writing: idempotent import, one published version, feedback once, nothing without a commit."""

import asyncio
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from sqlalchemy import func, select

from kit.database import NOTIFY_CHANNEL, as_libpq_url
from knowledge_base import repository, service
from knowledge_base.drafts import STARTER_FOLDER
from knowledge_base.encoder import Encoder
from knowledge_base.errors import ArticleNotFoundError, VersionNotFoundError
from knowledge_base.models import (
    Article,
    ArticleVersion,
    Passage,
    PassageKind,
    VersionState,
)
from knowledge_base.traces import ArticleFeedback


class CountingEncoder:
    """A bulk encoder that only counts: every text gets the same unit vector."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.texts = 0

    def encode(self, texts):
        self.texts += len(texts)
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        vectors[:, 0] = 1.0
        return vectors


async def _states(session, slug: str) -> list[tuple[int, str]]:
    rows = await session.execute(
        select(ArticleVersion.number, ArticleVersion.state)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(Article.slug == slug)
        .order_by(ArticleVersion.number)
    )
    return [(row.number, row.state) for row in rows]


async def test_importing_twice_changes_nothing_the_second_time(session, encoder, make_draft):
    first = await service.import_drafts(session, [make_draft()], encoder=encoder)
    second = await service.import_drafts(session, [make_draft()], encoder=encoder)
    assert (first.published, first.unchanged) == (1, 0)
    assert (second.published, second.unchanged, second.passages) == (0, 1, 0)
    assert await _states(session, "feeding-the-cat") == [(1, "published")]


async def test_changed_content_becomes_the_next_version_and_retires_the_last(
    session, encoder, make_draft
):
    await service.import_drafts(session, [make_draft()], encoder=encoder)
    await service.import_drafts(session, [make_draft(body="At noon only.")], encoder=encoder)
    assert await _states(session, "feeding-the-cat") == [(1, "archived"), (2, "published")]


async def test_title_phrasings_and_body_become_passages(session, encoder, make_draft):
    draft = make_draft(asked_as=("when does the cat eat", "who feeds it"))
    await service.import_drafts(session, [draft], encoder=encoder)
    kinds = (await session.execute(select(Passage.kind).order_by(Passage.ordinal))).scalars().all()
    assert kinds == [
        PassageKind.TITLE,
        PassageKind.ASKED_AS,
        PassageKind.ASKED_AS,
        PassageKind.PASSAGE,
    ]


async def test_publishing_an_older_version_again_is_a_roll_back(session, encoder, make_draft):
    await service.import_drafts(session, [make_draft()], encoder=encoder)
    await service.import_drafts(session, [make_draft(body="At noon only.")], encoder=encoder)
    await service.publish(session, "feeding-the-cat", number=1, encoder=encoder)
    assert await _states(session, "feeding-the-cat") == [(1, "published"), (2, "archived")]


async def test_a_draft_is_stored_without_passages(session, make_draft):
    version = await service.save_draft(session, make_draft())
    assert version.state == VersionState.DRAFT
    assert await session.scalar(select(func.count()).select_from(Passage)) == 0


async def test_what_does_not_exist_cannot_be_published_or_withdrawn(session, encoder, make_draft):
    with pytest.raises(ArticleNotFoundError):
        await service.publish(session, "nowhere", number=1, encoder=encoder)
    with pytest.raises(ArticleNotFoundError):
        await service.withdraw(session, "nowhere")
    await service.save_draft(session, make_draft())
    with pytest.raises(VersionNotFoundError):
        await service.publish(session, "feeding-the-cat", number=2, encoder=encoder)


async def test_many_new_passages_are_embedded_by_the_bulk_encoder(session, encoder, make_draft):
    bulk = CountingEncoder(encoder.identity)
    phrases = tuple(f"phrase {number}" for number in range(service.A_HANDFUL))

    def load() -> Encoder:
        return bulk

    few = make_draft("few")
    await service.import_drafts(session, [few], encoder=encoder, load_bulk=load)
    assert bulk.texts == 0
    many = make_draft("many", asked_as=phrases)
    await service.import_drafts(session, [many], encoder=encoder, load_bulk=load)
    assert bulk.texts == len(phrases) + 2


async def test_a_bulk_encoder_whose_vectors_are_not_comparable_is_not_used(
    session, encoder, make_draft
):
    bulk = CountingEncoder("another/384")
    phrases = tuple(f"phrase {number}" for number in range(service.A_HANDFUL))
    many = make_draft(asked_as=phrases)
    await service.import_drafts(session, [many], encoder=encoder, load_bulk=lambda: bulk)
    assert bulk.texts == 0
    assert set((await session.execute(select(Passage.encoder))).scalars()) == {encoder.identity}


async def test_nothing_is_written_and_nobody_is_woken_without_a_commit(
    database, encoder, make_draft
):
    async with await psycopg.AsyncConnection.connect(
        as_libpq_url(database.url), autocommit=True
    ) as listening:
        await listening.execute(f"LISTEN {NOTIFY_CHANNEL}".encode())
        async with database.session() as session:
            version = await service.save_draft(session, make_draft())
            await service.publish(session, "feeding-the-cat", number=1, encoder=encoder)
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Article)) == 0
            version = await service.save_draft(session, make_draft())
            await service.publish(session, "feeding-the-cat", number=1, encoder=encoder)
            await session.commit()
        notes = [note async for note in listening.notifies(timeout=1, stop_after=1)]
    assert [note.payload for note in notes] == [f"kb:{version.article_id}"]


async def test_feedback_is_stored_once_per_message_and_the_last_word_counts(
    session, encoder, make_draft
):
    await service.import_drafts(session, [make_draft()], encoder=encoder)
    article_id = await session.scalar(select(Article.id))
    message_id = uuid4()
    for helped in (True, True, False):
        await service.record_feedback(
            session, message_id, article_id=article_id, version=1, helped=helped
        )
    await service.record_feedback(
        session, uuid4(), article_id=str(article_id), version=1, helped=True
    )
    rows = await session.execute(select(ArticleFeedback.message_id, ArticleFeedback.helped))
    assert sorted(helped for _, helped in rows) == [False, True]


@pytest.mark.parametrize("article_id", [uuid4(), "no id at all", ""])
async def test_feedback_on_an_article_that_is_gone_is_dropped_without_an_error(session, article_id):
    stored = await service.record_feedback(
        session, uuid4(), article_id=article_id, version=1, helped=True
    )
    assert stored is False
    assert await session.scalar(select(func.count()).select_from(ArticleFeedback)) == 0


async def test_two_writers_of_one_article_get_different_numbers(database, encoder, make_draft):
    async with database.session() as session:
        await service.save_draft(session, make_draft())
        await session.commit()

    async def save(body: str) -> int:
        async with database.session() as session:
            version = await service.save_draft(session, make_draft(body=body))
            await session.commit()
            return version.number

    numbers = await asyncio.gather(*(save(f"Body {number}.") for number in range(5)))
    assert sorted(numbers) == [2, 3, 4, 5, 6]


async def test_starter_articles_never_overwrite_what_marketers_changed(
    session, encoder, make_draft, tmp_path
):
    starter = STARTER_FOLDER.glob("*.md")
    first = sorted(starter)[0]
    (tmp_path / first.name).write_text(first.read_text())
    await service.import_starter(session, encoder=encoder, load_bulk=None, folder=tmp_path)
    (slug,) = await repository.find_slugs(session)
    await service.import_drafts(
        session, [make_draft(slug=slug, body="Changed by hand.")], encoder=encoder
    )
    report = await service.import_starter(session, encoder=encoder, load_bulk=None, folder=tmp_path)
    assert (report.published, report.unchanged) == (0, 1)
    assert (await _states(session, slug))[-1] == (2, "published")

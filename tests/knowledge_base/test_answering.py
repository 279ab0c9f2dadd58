"""Answers: cited from what is published now, fresh in every process, silent when unsure."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kit.listener import Listener
from knowledge_base import public, service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import Reader, Verdict
from knowledge_base.calibration import Calibration
from knowledge_base.models import Article, ArticleVersion, Audience, Passage, VersionState
from knowledge_base.questions import fit_questions, held_out_questions

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
CAT = "When is the office cat fed?"
HOSTILE = [
    "",
    "   ",
    "\x00",
    "wh\x00ere is my order?",
    "😀" * 20_000,
    "x" * 100_000,
    "where is my order? " * 5_000,
    "\ud800 broken",
    "\u202e\u202eredro ym si erehw",
    "'; DROP TABLE articles; --",
    "& | ! <-> :* ' \" \\ ( )",
    "a & 'b' | !c",
    "%s %(question)s :question {0}",
    "<script>alert(1)</script>",
    "the of and",
]


async def publish(database, encoder, *drafts) -> None:
    async with database.session() as session:
        await service.import_drafts(session, drafts, encoder=encoder)
        await session.commit()


async def test_an_answer_quotes_and_cites_the_article_that_says_it(kb):
    answer = await kb.ask("How long is the warranty on a lamp?")
    assert answer.verdict is Verdict.SURE
    assert "Lamps: 3 years" in answer.quote
    assert answer.citation is not None
    assert answer.citation.slug == "warranty"
    assert answer.alternatives == ()


async def test_every_answer_cites_an_existing_published_version(kb, starter):
    answers = [await kb.ask(question.text) for question in fit_questions()[::4]]
    cited = [c for a in answers for c in (a.citation, *a.alternatives) if c is not None]
    assert len(cited) > 50
    async with starter.session() as session:
        for citation in cited:
            version = await session.scalar(
                select(ArticleVersion)
                .join(Passage, Passage.version_id == ArticleVersion.id)
                .where(Passage.id == citation.passage_id)
            )
            article = await session.get(Article, version.article_id)
            assert version.state == VersionState.PUBLISHED
            assert (citation.article_id, citation.slug) == (str(article.id), article.slug)
            assert (citation.version, citation.title) == (version.number, version.title)


async def test_an_unsure_answer_offers_at_most_three_other_articles(kb):
    answers = [await kb.ask(question.text) for question in held_out_questions()[::2]]
    unsure = [answer for answer in answers if answer.verdict is Verdict.UNSURE]
    assert unsure
    for answer in unsure:
        slugs = [citation.slug for citation in answer.alternatives]
        assert 1 <= len(set(slugs)) == len(slugs) <= 3
        assert answer.citation.slug not in slugs


@pytest.mark.parametrize("question", ["What is the weather like tomorrow?", "asdf qwer zxcv"])
async def test_what_no_article_answers_is_unknown_and_says_nothing(kb, question):
    answer = await kb.ask(question)
    assert (answer.verdict, answer.quote, answer.citation) == (Verdict.UNKNOWN, "", None)


@pytest.mark.parametrize("question", HOSTILE)
async def test_no_question_raises_or_takes_long(kb, question):
    start = time.perf_counter()
    answer = await kb.ask(question)
    assert answer.verdict in Verdict
    assert time.perf_counter() - start < 10.0


async def count_public(database) -> int:
    async with database.session() as session:
        return len(await public.list_cards(session, now=NOW))


async def test_hostile_questions_leave_the_tables_alone(kb, starter):
    before = await count_public(starter)
    for question in HOSTILE:
        await kb.ask(question)
    assert await count_public(starter) == before > 30


@pytest.mark.parametrize(
    ("start", "end", "served"),
    [(None, None, True), (-1, 1, True), (1, None, False), (None, -1, False), (0, None, True)],
)
async def test_only_what_is_valid_now_is_served(
    database, encoder, make_draft, always_sure, start, end, served
):
    def day(offset: int | None) -> datetime | None:
        return None if offset is None else NOW + timedelta(days=offset)

    draft = make_draft(valid_from=day(start), valid_until=day(end))
    await publish(database, encoder, draft)
    kb = KnowledgeBase(database, encoder, always_sure, clock=lambda: NOW)
    await kb.start()
    assert ((await kb.ask(CAT)).citation is not None) is served


async def test_an_article_expires_while_it_is_in_the_index(
    database, encoder, make_draft, always_sure
):
    clock = [NOW]
    await publish(database, encoder, make_draft(valid_until=NOW + timedelta(hours=1)))
    kb = KnowledgeBase(database, encoder, always_sure, clock=lambda: clock[0])
    await kb.start()
    assert (await kb.ask(CAT)).citation is not None
    clock[0] += timedelta(hours=1)
    assert (await kb.ask(CAT)).citation is None


async def test_articles_for_signed_in_customers_are_hidden_from_the_public(
    database, encoder, make_draft, always_sure
):
    await publish(database, encoder, make_draft(audience=Audience.SIGNED_IN))
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    assert (await kb.ask(CAT)).citation is None
    assert (await kb.ask(CAT, reader=Reader(signed_in=True))).citation is not None


async def test_the_pictures_of_the_answer_come_with_it(database, encoder, make_draft, always_sure):
    bowl, clock = (f"/help/images/0190a1b2-1111-7222-8333-44445555666{n}" for n in (1, 2))
    words = f"The cat is fed at nine. ![the bowl]({bowl})\n\n## Feeding it late\n\n"
    body = f"{words}Ask whoever stayed. ![the clock]({clock}) ![](https://x.example/a.png)"
    await publish(database, encoder, make_draft(body=body))
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    answer = await kb.ask(CAT)
    assert "the bowl" in answer.quote
    assert bowl not in answer.quote
    shown = [("the bowl", bowl), ("the clock", clock)]
    assert list(answer.pictures) == shown[: 2 if "the clock" in answer.quote else 1]


async def test_drafts_are_never_served(database, encoder, make_draft, always_sure):
    async with database.session() as session:
        await service.save_draft(session, make_draft())
        await session.commit()
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    assert (await kb.ask(CAT)).citation is None


async def test_withdrawn_and_replaced_versions_are_not_served_even_before_the_notification(
    database, encoder, make_draft, always_sure
):
    await publish(database, encoder, make_draft())
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    await publish(database, encoder, make_draft(body="The cat is fed at noon."))
    answer = await kb.ask(CAT)
    assert answer.citation is not None
    assert (answer.quote, answer.citation.version) == ("The cat is fed at noon.", 2)
    async with database.session() as session:
        await service.withdraw(session, "feeding-the-cat")
        await session.commit()
    assert (await kb.ask(CAT)).citation is None


async def test_what_is_published_is_answered_by_another_process_without_asking(
    database, encoder, make_draft, always_sure
):
    other = KnowledgeBase(database, encoder, always_sure)
    await other.start()
    listener = Listener(database.url)
    listener.subscribe("kb", other.refresh)
    await listener.start()
    try:
        async with database.session() as session:
            await service.save_draft(session, make_draft())
            await service.publish(session, "feeding-the-cat", number=1, encoder=encoder)
            await session.commit()
        committed = time.perf_counter()
        while (await other.ask(CAT)).citation is None:
            assert time.perf_counter() - committed < 30.0
            await asyncio.sleep(0.01)
    finally:
        await listener.stop()


async def test_a_phrasing_lets_customers_words_find_an_article(
    database, encoder, make_draft, always_sure
):
    slang = "does moggy get her nosh twice"
    dog = make_draft(
        "dog", title="Feeding moments of the dog", body="The dog gets one bowl at ten."
    )
    await publish(database, encoder, make_draft(), dog)
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()
    async with database.session() as session:
        before = await kb.rank(session, slang)
    await publish(database, encoder, make_draft(asked_as=("when does moggy get her nosh",)))
    await kb.refresh()
    async with database.session() as session:
        after = await kb.rank(session, slang)
    assert after[0].best > before[0].best + 0.2
    assert (await kb.ask(slang)).quote.startswith("The office cat")


async def test_questions_are_answered_while_the_index_changes(
    database, encoder, make_draft, always_sure
):
    await publish(database, encoder, make_draft())
    kb = KnowledgeBase(database, encoder, always_sure)
    await kb.start()

    async def change() -> None:
        for number in range(10):
            await publish(database, encoder, make_draft(body=f"The cat is fed {number} times."))
            await kb.refresh()

    async def ask() -> None:
        for _ in range(20):
            answer = await kb.ask(CAT)
            assert answer.citation is not None
            assert answer.quote.startswith(("The office cat is fed", "The cat is fed"))

    await asyncio.gather(change(), *(ask() for _ in range(4)))


async def test_before_it_is_started_it_honestly_knows_nothing(starter, encoder):
    kb = KnowledgeBase(starter, encoder, Calibration.load())
    assert (await kb.ask("How long is the warranty?")).verdict is Verdict.UNKNOWN

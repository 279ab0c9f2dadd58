"""From a customer's doubtful words to a model that knows better, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handoff.models import Agent
from insights.understanding import labels
from insights.understanding.models_folder import ModelError
from insights.understanding.review import Review
from kit.database import Database
from kit.errors import InvalidInputError
from tests.handoff.scenes import add_agent, say
from tests.insights.review_scene import NEW, OLD, FakeEngines, FakeTools, make_review


@pytest.fixture
def engines() -> FakeEngines:
    return FakeEngines()


@pytest.fixture
def review(database: Database, tmp_path: Path, engines: FakeEngines) -> Iterator[Review]:
    yield make_review(database, tmp_path, engines)
    FakeTools.broken = False


async def store(database: Database, *said: tuple[str, str, float]) -> Agent:
    async with database.session() as session:
        for text, intent, confidence in said:
            message = await say(session, text)
            message.intent, message.confidence = intent, confidence
        agent = await add_agent(session, "mara")
        await session.commit()
    return agent


async def label_all(database: Database, agent: Agent, intent: str = "track_order") -> None:
    async with database.session() as session:
        for each in await labels.list_doubtful(session):
            await labels.save_label(
                session,
                message_id=each.message_id,
                agent_id=agent.id,
                text=each.text,
                language="en",
                intent=intent,
            )
        await session.commit()


async def swap(database: Database, review: Review, model: str, agent: Agent) -> None:
    async with database.session() as session:
        await review.swap(session, model, agent_id=agent.id)
        await session.commit()


async def test_the_least_sure_come_first_masked_and_once(database: Database):
    agent = await store(
        database,
        ("sure", "greet", 0.99),
        ("where is LL-48213", "track_order", 0.6),
        ("unsure", "nlu_fallback", 0.7),
    )
    async with database.session() as session:
        found = await labels.list_doubtful(session)
    assert [each.text for each in found] == ["unsure", "where is LL-10000", "sure"]
    await label_all(database, agent)
    async with database.session() as session:
        assert await labels.list_doubtful(session) == []
        (first, *_) = await labels.list_labels(session)
        assert first.understood_as == "nlu_fallback"
        await labels.remove_label(session, first.id)
        assert [each.text for each in await labels.list_doubtful(session)] == ["unsure"]


@pytest.mark.parametrize("text", ["", " ", "write to a.b@mail.example.com", "x" * 601])
async def test_words_that_must_not_be_learned_are_refused(database: Database, text: str):
    agent = await store(database, ("hm", "nlu_fallback", 0.1))
    async with database.session() as session:
        (doubtful,) = await labels.list_doubtful(session)
        with pytest.raises(InvalidInputError):
            await labels.save_label(
                session,
                message_id=doubtful.message_id,
                agent_id=agent.id,
                text=text,
                language="en",
                intent="greet",
            )


async def test_a_label_becomes_a_change_of_the_data(database: Database, review: Review):
    agent = await store(database, ("no lamp yet", "nlu_fallback", 0.2))
    await label_all(database, agent)
    (change,) = await review.plan()
    assert "+      - no lamp yet" in change.difference


async def test_an_intent_the_bot_does_not_know_is_not_written(database: Database, review: Review):
    agent = await store(database, ("no lamp yet", "nlu_fallback", 0.2))
    await label_all(database, agent, intent="an_old_intent")
    assert await review.plan() == []
    assert review.intents() == ["greet", "track_order"]
    assert review.languages() == ["en", "de"]


async def test_a_trained_model_waits_until_somebody_lets_it_serve(
    database: Database, review: Review, engines: FakeEngines
):
    agent = await store(database)
    assert [line async for line in review.train()][-1] == NEW
    assert review.models.choose(NEW) == OLD, "it would serve after a restart"
    await swap(database, review, NEW, agent)
    assert engines.model == NEW
    assert review.models.choose(NEW) == NEW
    await swap(database, review, OLD, agent)
    assert engines.model == OLD
    assert review.models.choose(NEW) == OLD
    async with database.session() as session:
        last = await review.last_swap(session)
    assert last is not None
    assert (last.model, last.before, last.agent_id) == (OLD, NEW, agent.id)


async def test_a_refused_model_changes_nothing(
    database: Database, review: Review, engines: FakeEngines
):
    agent = await store(database)
    engines.refuses = True
    with pytest.raises(ModelError):
        await swap(database, review, NEW, agent)
    assert review.models.choose(NEW) == NEW
    async with database.session() as session:
        assert await review.last_swap(session) is None


async def test_two_models_are_compared_on_held_out_and_real_messages(
    database: Database, review: Review
):
    await store(database, ("Nell here, my lamp LL-48213", "greet", 0.9), ("good day", "greet", 0.9))
    comparison = await review.compare(OLD, NEW)
    before, after = comparison.held_out
    assert (before.accuracy, after.accuracy) == (0.5, 1.0)
    assert comparison.real == 2
    (difference,) = comparison.differences
    assert (difference.text, difference.before) == ("Robin here, my lamp LL-10000", "greet")
    assert difference.after == "track_order"


async def test_a_failed_training_says_why(database: Database, review: Review):
    FakeTools.broken = True
    with pytest.raises(ModelError, match="contradicts itself"):
        [line async for line in review.train()]
    assert review.models.choose(OLD) == OLD

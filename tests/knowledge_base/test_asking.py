"""The log of questions: one row per message and question, whatever comes of the article."""

from uuid import uuid4

from sqlalchemy import func, select

from kit.clock import utc_now
from knowledge_base.answers import Verdict
from knowledge_base.asking import LONGEST_KEPT, Asker, Quoted, record_question
from knowledge_base.traces import AskedQuestion

ASKER = Asker(uuid4(), uuid4(), uuid4())


async def ask(session, question="Where is my lamp?", *, asker=ASKER, verdict=Verdict.SURE, **more):
    fields = {
        "language": "en",
        "probability": 0.9,
        "quoted": Quoted(uuid4(), 2, 7) if verdict is not Verdict.UNKNOWN else None,
        "offered": (),
        "at": utc_now(),
        **more,
    }
    await record_question(session, asker, question=question, verdict=verdict, **fields)


async def count(session) -> int:
    return await session.scalar(select(func.count()).select_from(AskedQuestion)) or 0


async def test_the_first_word_on_a_message_stands(session):
    await ask(session)
    await ask(session, verdict=Verdict.UNKNOWN)
    (kept,) = (await session.execute(select(AskedQuestion))).scalars()
    assert (kept.verdict, kept.version, kept.passage_id) == ("sure", 2, 7)


async def test_the_same_words_in_another_message_are_another_question(session):
    await ask(session)
    await ask(session, asker=Asker(uuid4(), ASKER.conversation_id, ASKER.customer_id))
    await ask(session, "And where is my rug?")
    assert await count(session) == 3


async def test_endless_questions_are_cut_and_still_kept_once(session):
    await ask(session, "where is it " * 500)
    await ask(session, "where is it " * 500)
    (kept,) = (await session.execute(select(AskedQuestion))).scalars()
    assert len(kept.question) == LONGEST_KEPT


async def test_an_article_need_not_exist_for_its_question_to_be_kept(session):
    await ask(session, offered=(uuid4(), uuid4()))
    (kept,) = (await session.execute(select(AskedQuestion))).scalars()
    assert len(kept.offered) == 2

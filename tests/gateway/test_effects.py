"""Effects: parsed strictly, applied with the reply, once per message."""

from typing import Any

import pytest
from sqlalchemy import select

from crm.care import queries
from crm.models import Customer, Episode, Message, Order
from gateway.applying import apply_effects
from gateway.effects import (
    CorrectProfile,
    MalformedEffectError,
    OpenRequest,
    RecordRating,
    SetConsent,
    parse_effects,
)
from kit.clock import utc_now
from knowledge_base.traces import AskedQuestion, ContentOffer
from tests.fakes.dialogue import say
from tests.insights.content.scene import publish

REQUEST = {
    "type": "open_request",
    "kind": "cancel_order",
    "number": "RQ-7KM2QX",
    "order_number": "LL-10042",
    "details": {"reason": "ordered twice"},
}
CONSENT = {
    "type": "set_consent",
    "purpose": "newsletter",
    "granted": True,
    "wording": "newsletter_ask",
}
RATING = {"type": "record_rating", "kind": "nps", "score": 9, "scale": 10, "comment": "kind people"}
NAME = {"type": "correct_profile", "field": "display_name", "value": "Ada Quill"}
QUESTION: dict[str, Any] = {
    "type": "record_question",
    "question": "Ada here, ada@mail.example: may I return LL-12345?",
    "language": "en",
    "verdict": "unsure",
    "probability": 0.42,
    "citation": {
        "article_id": "6f1f7c1e-0000-4000-8000-000000000001",
        "slug": "sending-something-back",
        "title": "Sending something back",
        "version": 3,
        "passage_id": 17,
    },
    "offered": ["6f1f7c1e-0000-4000-8000-000000000002"],
}
OFFER: dict[str, Any] = {
    "type": "record_offer",
    "article_id": "6f1f7c1e-0000-4000-8000-000000000001",
    "version": 3,
    "reason": "They bought a lamp.",
    "holdout": True,
}
LEAVING = {"type": "report_leaving", "reason": "too expensive"}


def test_every_effect_of_customer_care_is_read():
    request, consent, rating, name, _leaving = parse_effects(
        {"effects": [REQUEST, CONSENT, RATING, NAME, LEAVING]}
    )
    assert isinstance(request, OpenRequest)
    assert request.details == {"reason": "ordered twice"}
    assert isinstance(consent, SetConsent)
    assert consent.granted is True
    assert isinstance(rating, RecordRating)
    assert (rating.score, rating.scale) == (9, 10)
    assert name == CorrectProfile("display_name", "Ada Quill")


@pytest.mark.parametrize(
    "broken",
    [
        {**REQUEST, "kind": "make_coffee"},
        {**REQUEST, "number": "10042"},
        {**REQUEST, "number": None},
        {**CONSENT, "granted": "yes"},
        {**CONSENT, "purpose": "calls"},
        {**CONSENT, "wording": ""},
        {**RATING, "score": 11},
        {**RATING, "score": -1},
        {**RATING, "score": "9"},
        {**RATING, "scale": True},
        {**NAME, "field": "email"},
        {**NAME, "value": "x" * 500},
        {**LEAVING, "reason": " "},
        {**QUESTION, "verdict": "perhaps"},
        {**QUESTION, "verdict": "unknown"},
        {**QUESTION, "question": " "},
        {**QUESTION, "question": None},
        {**QUESTION, "probability": 1.2},
        {**QUESTION, "probability": float("nan")},
        {**QUESTION, "probability": "0.5"},
        {**QUESTION, "language": "klingon!"},
        {**QUESTION, "citation": {"article_id": "a-1", "version": 3, "passage_id": 17}},
        {**QUESTION, "offered": ["a-2"]},
        {**QUESTION, "offered": [QUESTION["offered"][0]] * 11},
        {key: value for key, value in QUESTION.items() if key != "citation"},
        {**OFFER, "holdout": "no"},
        {**OFFER, "version": True},
        {**OFFER, "article_id": "a-1"},
        {**OFFER, "reason": ""},
        {"type": "launch_rocket"},
        "open_request",
    ],
)
def test_what_is_not_an_effect_is_refused(broken):
    with pytest.raises(MalformedEffectError):
        parse_effects({"effects": [broken]})


def test_words_too_long_to_keep_are_cut_not_lost():
    (request,) = parse_effects({"effects": [{**REQUEST, "details": {"what": "y" * 9000}}]})
    assert isinstance(request, OpenRequest)
    assert len(request.details["what"]) == 2000


async def test_a_turn_keeps_all_that_the_customer_asked_for(desk):
    desk.engine.answers = [say("Done.", custom={"effects": [REQUEST, CONSENT, RATING, NAME]})]
    conversation_id = await desk.say("cancel it, yes to the letter, 9/10, and my name is Ada Quill")
    customer_id = (await desk.conversation(conversation_id)).customer_id
    async with desk.database.session() as session:
        summary = await queries.summarise_profile(session, customer_id)
    assert [request.number for request in summary.requests] == ["RQ-7KM2QX"]
    assert [(each.purpose, each.granted) for each in summary.consents] == [("newsletter", True)]
    assert (summary.display_name, summary.ratings) == ("Ada Quill", 1)


async def test_effects_applied_again_for_the_same_message_change_nothing(desk):
    desk.engine.answers = [say("Done.", custom={"effects": [REQUEST, CONSENT, RATING]})]
    conversation_id = await desk.say("cancel it")
    effects = parse_effects({"effects": [REQUEST, CONSENT, RATING]})
    conversation = await desk.conversation(conversation_id)
    async with desk.database.session() as session:
        message = (await session.execute(select(Message).where(Message.direction == "in"))).scalar()
        assert message is not None
        episode = await session.get_one(Episode, message.episode_id)
        await apply_effects(
            session,
            effects,
            conversation=conversation,
            message=message,
            episode=episode,
            name="Ada",
        )
        summary = await queries.summarise_profile(session, conversation.customer_id)
    assert (len(summary.requests), len(summary.consents), summary.ratings) == (1, 1, 1)


async def test_a_malformed_effect_leaves_nothing_of_its_turn(desk):
    desk.engine.answers = [say("Done.", custom={"effects": [NAME, {"type": "launch_rocket"}]})] * 3
    conversation_id = await desk.write("my name is Ada Quill")
    with pytest.raises(MalformedEffectError):
        await desk.turns.handle(conversation_id)
    async with desk.database.session() as session:
        names = (await session.execute(select(Customer.display_name))).scalars().all()
    assert names == ["Ada"]


async def test_whoever_tells_us_that_they_leave_raises_the_signal_of_churn(desk):
    desk.engine.answers = [say("I am sorry.", custom={"effects": [LEAVING]})]
    conversation_id = await desk.say("yes, close it")
    (message,) = await desk.inbox(conversation_id)
    assert [(each["name"], each["score"]) for each in message.signals] == [("leaving", 0.9)]
    assert await desk.handoffs(conversation_id) == []


async def test_who_leaves_after_large_orders_is_passed_to_a_person_at_once(desk):
    conversation_id = await desk.say("hello")
    async with desk.database.session() as session:
        conversation = await desk.conversation(conversation_id)
        session.add(
            Order(
                number="LL-10001",
                customer_id=conversation.customer_id,
                email="ada@example.org",
                status="delivered",
                items=["Oak bench"],
                total_cents=29900,
                currency="EUR",
                placed_at=utc_now(),
                delivered_at=utc_now(),
            )
        )
        await session.commit()
    desk.engine.answers = [say("I am sorry.", custom={"effects": [LEAVING]})]
    await desk.say("yes, close it")
    (handoff,) = await desk.handoffs(conversation_id)
    assert handoff.reason == "churn"


async def kept_questions(desk):
    async with desk.database.session() as session:
        found = select(AskedQuestion).order_by(AskedQuestion.question)
        return list((await session.execute(found)).scalars())


async def test_a_question_is_kept_masked_with_what_was_shown(desk):
    desk.engine.answers = [say("Perhaps this.", custom={"effects": [QUESTION]})]
    conversation_id = await desk.say("may I return it?")
    (kept,) = await kept_questions(desk)
    (message,) = await desk.inbox(conversation_id)
    assert kept.question == "Robin here, somebody@example.org: may I return LL-10000?"
    assert (kept.message_id, kept.conversation_id) == (message.id, conversation_id)
    assert (kept.verdict, kept.probability, kept.version) == ("unsure", 0.42, 3)
    assert [str(each) for each in kept.offered] == QUESTION["offered"]


async def test_a_turn_that_is_tried_again_keeps_its_question_once(desk):
    broken = say("Hm.", custom={"effects": [QUESTION, {"type": "launch_rocket"}]})
    desk.engine.answers = [broken, say("Perhaps.", custom={"effects": [QUESTION, QUESTION]})]
    conversation_id = await desk.write("may I return it?")
    with pytest.raises(MalformedEffectError):
        await desk.turns.handle(conversation_id)
    assert await kept_questions(desk) == []
    await desk.turns.handle(conversation_id)
    assert len(await kept_questions(desk)) == 1


async def test_two_questions_of_one_message_are_kept_and_one_without_a_source_too(desk):
    other = {**QUESTION, "question": "why", "verdict": "unknown", "citation": None, "offered": []}
    desk.engine.answers = [say("Well.", custom={"effects": [QUESTION, other]})]
    await desk.say("may I return it? and why?")
    kept = await kept_questions(desk)
    assert [(each.verdict, each.article_id is None) for each in kept] == [
        ("unsure", False),
        ("unknown", True),
    ]


async def test_an_offer_is_kept_once_per_message_and_only_of_an_article_there_is(desk):
    async with desk.database.session() as session:
        article_id = await publish(session, "hang-a-lamp")
        await session.commit()
    offer = {**OFFER, "article_id": str(article_id)}
    desk.engine.answers = [say("Well.", custom={"effects": [offer, offer, OFFER]})]
    conversation_id = await desk.say("which lamp?")
    customer_id = (await desk.conversation(conversation_id)).customer_id
    async with desk.database.session() as session:
        (kept,) = (await session.execute(select(ContentOffer))).scalars()
    assert (kept.article_id, kept.customer_id) == (article_id, customer_id)
    assert (kept.place, kept.holdout, kept.version) == ("advice", True, 3)

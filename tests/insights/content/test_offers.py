"""Next best content: with a reason or not at all; never in a complaint, never for the holdout."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from crm.care.models import Consent, Purpose, RequestKind, RequestState, ServiceRequest
from crm.models import Customer, Stage
from handoff.reasons import HandoffReason
from insights.content.offers import Choice, Offer, Place, choose, find, is_held_out
from knowledge_base.answers import Verdict
from knowledge_base.traces import ContentOffer
from tests.insights.content.scene import NOW, Visit, ask, hand_over, order, publish, visit

TAGS = ("product advice", "lighting")


@pytest.fixture
async def ada(session) -> Visit:
    """She bought a lamp; there is a guide to lamps, one to rugs, and an answer about lamps."""
    visited = await visit(session, "ada")
    await order(session, visited.customer_id, 18_900, days=20)
    await publish(session, "hang-a-lamp", title="Hang a lamp", tags=TAGS)
    await publish(session, "choose-a-rug", title="Choose a rug", tags=("product advice", "rugs"))
    await publish(session, "lamp-returns", title="Return a lamp", tags=("returns",))
    return visited


async def chosen(session, customer: Visit, place=Place.ADVICE, **more) -> Choice:
    return await find(session, customer.customer_id, place, NOW, **{"holdout_share": 0.0, **more})


async def offered(session, customer: Visit, place=Place.DESK, *, days=0.0, share=0.0):
    at = NOW + timedelta(days=days)
    return await choose(session, customer.customer_id, place, at, holdout_share=share)


async def kept(session) -> list[ContentOffer]:
    return list((await session.execute(select(ContentOffer))).scalars())


async def change_stage(session, customer: Visit, stage: Stage) -> None:
    (await session.get_one(Customer, customer.customer_id)).stage = stage
    await session.flush()


async def agree(session, customer: Visit, *, granted: bool, days: float = 1) -> None:
    session.add(
        Consent(
            customer_id=customer.customer_id,
            purpose=Purpose.NEWSLETTER,
            granted=granted,
            wording="newsletter_ask",
            given_at=NOW - timedelta(days=days),
        )
    )
    await session.flush()


async def test_what_was_bought_decides_and_the_reason_says_so(session, ada):
    choice = await chosen(session, ada)
    assert choice.offer is not None
    assert (choice.offer.slug, choice.offer.reason) == (
        "hang-a-lamp",
        "They bought Alder floor lamp.",
    )
    assert choice.offer.passage_id > 0


async def test_a_question_is_an_interest_too_and_what_was_read_is_not_offered(session, ada):
    bo = await visit(session, "bo")
    assert (await chosen(session, bo)).offer is None
    await ask(session, bo, "which rug goes with oak")
    assert (await chosen(session, bo)).offer is not None
    read = (await chosen(session, ada)).offer
    assert read is not None
    await ask(session, ada, "how", verdict=Verdict.SURE, article_id=read.article_id)
    assert (await chosen(session, ada)).offer is None


async def test_stage_language_and_validity_are_kept(session, ada):
    await change_stage(session, ada, Stage.ACQUISITION)
    assert (await chosen(session, ada, language="de")).offer is None
    await publish(session, "lampe", title="Lamp auf deutsch", tags=TAGS, language="de")
    german = (await chosen(session, ada, language="de-AT")).offer
    assert german is not None
    assert german.slug == "lampe"
    await publish(session, "hang-a-lamp", title="Hang a lamp", tags=TAGS, valid_until=NOW)
    assert (await chosen(session, ada)).offer is None


async def test_campaign_articles_are_offered_without_the_tag(session, ada):
    await publish(session, "lamp-week", title="Alder lamp week: every floor", campaign="lamps")
    offer = (await chosen(session, ada)).offer
    assert offer is not None
    assert offer.slug == "lamp-week"


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize(
    "reason",
    [HandoffReason.COMPLAINT, HandoffReason.ANGER, HandoffReason.CHURN, HandoffReason.LEGAL],
)
async def test_never_while_a_complaint_is_open(session, ada, place, reason):
    await agree(session, ada, granted=True)
    await hand_over(session, ada, reason=reason)
    choice = await chosen(session, ada, place)
    assert (choice.offer, choice.why_not) == (None, "A complaint or another grave case is open.")
    assert await offered(session, ada, place) is None
    assert await kept(session) == []


async def test_a_later_reason_of_an_open_case_counts(session, ada):
    handoff = await hand_over(session, ada)
    assert (await chosen(session, ada, Place.DESK)).offer is not None
    assert (await chosen(session, ada, Place.ADVICE)).why_not == "A person is talking to them."
    handoff.reasons = ["human_wanted", "complaint"]
    await session.flush()
    assert (await chosen(session, ada, Place.DESK)).offer is None


async def test_a_closed_complaint_is_over(session, ada):
    await hand_over(session, ada, reason=HandoffReason.COMPLAINT, closed_after_days=0.1)
    assert (await chosen(session, ada)).offer is not None


@pytest.mark.parametrize("place", list(Place))
async def test_never_while_something_is_owed(session, ada, place):
    request = ServiceRequest(
        number="RQ-7KM2QX",
        kind=RequestKind.DAMAGE,
        customer_id=ada.customer_id,
        opened_at=NOW,
    )
    session.add(request)
    await session.flush()
    assert "RQ-7KM2QX" in (await chosen(session, ada, place)).why_not
    request.state = RequestState.DONE
    await session.flush()
    assert (await chosen(session, ada)).offer is not None


async def test_who_is_leaving_is_offered_nothing(session, ada):
    await change_stage(session, ada, Stage.TERMINATION)
    assert (await chosen(session, ada)).offer is None


async def test_only_campaigns_need_consent_and_the_last_word_counts(session, ada):
    assert "not agreed" in (await chosen(session, ada, Place.CAMPAIGN)).why_not
    await agree(session, ada, granted=True, days=3)
    assert (await chosen(session, ada, Place.CAMPAIGN)).offer is not None
    await agree(session, ada, granted=False, days=2)
    assert (await chosen(session, ada, Place.CAMPAIGN)).offer is None
    assert (await chosen(session, ada, Place.DESK)).offer is not None


async def test_one_campaign_offer_a_week(session, ada):
    await agree(session, ada, granted=True)
    await publish(session, "lamp-care", title="Lamp care", tags=TAGS)
    first = await offered(session, ada, Place.CAMPAIGN)
    assert first is not None
    assert await offered(session, ada, Place.CAMPAIGN, days=6) is None
    second = await offered(session, ada, Place.CAMPAIGN, days=8)
    assert second is not None
    assert second.slug != first.slug


async def test_the_same_offer_stays_for_a_week_and_is_kept_once(session, ada):
    first = await offered(session, ada)
    assert first is not None
    assert await offered(session, ada, days=3) == first
    assert len(await kept(session)) == 1
    assert await offered(session, ada, days=10) is None


async def test_the_holdout_gets_nothing_and_is_kept_to_compare(session, ada):
    assert await offered(session, ada, share=1.0) is None
    (row,) = await kept(session)
    assert (row.holdout, row.place) == (True, "desk")
    assert (await chosen(session, ada, holdout_share=1.0)).holdout


def test_the_holdout_is_stable_about_its_share_and_grows_with_it():
    people = [UUID(int=uuid4().int) for _ in range(4000)]
    held = {each for each in people if is_held_out(each, 0.1)}
    assert 300 <= len(held) <= 500
    assert held == {each for each in people if is_held_out(each, 0.1)}
    assert held <= {each for each in people if is_held_out(each, 0.2)}
    assert not any(is_held_out(each, 0.0) for each in people)


def test_an_offer_is_a_value():
    assert Offer(UUID(int=1), 1, 1, "a", "A", "r") == Offer(UUID(int=1), 1, 1, "a", "A", "r")

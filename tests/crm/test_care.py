"""Customer care on PostgreSQL: everything a message causes happens once and can be read again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from crm.care import queries, service
from crm.care.models import Consent, Purpose, Rating, RatingKind, RequestKind, ServiceRequest
from crm.care.schemas import Cause
from crm.models import Conversation, Customer
from crm.schemas import NewInbound
from crm.service import record_inbound
from gateway.seed import seed_company
from kit.clock import utc_now


@pytest.fixture
async def cause(session):
    return await write(session, "first")


async def write(session, key: str, account: str = "ada") -> Cause:
    """Have a customer write one more message; return what it may cause."""
    event = NewInbound("web", f"chat-{account}", account, key, "text", "please", display_name="Ada")
    stored = await record_inbound(session, event)
    conversation = await session.get_one(Conversation, stored.conversation_id)
    return Cause(conversation.customer_id, stored.message_id, utc_now())


async def count(session, table) -> int:
    return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_request_is_opened_once_for_a_message(session, cause):
    for _ in range(3):
        await service.open_request(
            session, cause, kind=RequestKind.INVOICE, number="RQ-AAAAAA", order_number="LL-10042"
        )
    (request,) = await queries.list_requests(session, cause.customer_id, only_open=True)
    assert (request.number, request.kind, request.order_number) == (
        "RQ-AAAAAA",
        "invoice",
        "LL-10042",
    )


async def test_two_messages_never_share_a_request_number(session, cause):
    other = await write(session, "second")
    await service.open_request(session, cause, kind=RequestKind.INVOICE, number="RQ-AAAAAA")
    with pytest.raises(IntegrityError):
        await service.open_request(session, other, kind=RequestKind.INVOICE, number="RQ-AAAAAA")


async def test_the_latest_word_on_a_purpose_counts_and_the_earlier_ones_stay(session, cause):
    later = Cause(cause.customer_id, (await write(session, "second")).message_id, utc_now())
    for each, granted in ((cause, True), (later, False), (later, False)):
        await service.set_consent(
            session, each, purpose=Purpose.NEWSLETTER, granted=granted, wording="newsletter_offer"
        )
    (consent,) = await queries.list_consents(session, cause.customer_id)
    assert (consent.granted, consent.wording) == (False, "newsletter_offer")
    assert await count(session, Consent) == 2


async def test_the_database_itself_refuses_to_change_a_consent(session, cause):
    await service.set_consent(
        session, cause, purpose=Purpose.NEWSLETTER, granted=False, wording="newsletter_offer"
    )
    with pytest.raises(DBAPIError, match="never changed"):
        await session.execute(text("UPDATE consents SET granted = true"))


async def test_one_message_can_hold_both_kinds_of_rating_but_each_once(session, cause):
    for kind in (RatingKind.CSAT, RatingKind.NPS, RatingKind.CSAT):
        await service.record_rating(session, cause, kind=kind, score=3, scale=5, comment="slow")
    ratings = await queries.list_ratings(session, cause.customer_id)
    assert {(rating.kind, rating.score, rating.comment) for rating in ratings} == {
        ("csat", 3, "slow"),
        ("nps", 3, "slow"),
    }


async def test_a_score_above_its_scale_is_impossible(session, cause):
    with pytest.raises(IntegrityError):
        await service.record_rating(
            session, cause, kind=RatingKind.CSAT, score=6, scale=5, comment=None
        )


async def test_the_summary_holds_everything_of_this_customer_and_nothing_of_another(session, cause):
    await seed_company(session, now=utc_now())
    other = await write(session, "hers", account="bo")
    for each, number in ((cause, "RQ-AAAAAA"), (other, "RQ-BBBBBB")):
        await service.open_request(session, each, kind=RequestKind.EXPORT_DATA, number=number)
    await service.correct_profile(session, cause, field="phone", value="555-0142")
    summary = await queries.summarise_profile(session, cause.customer_id)
    assert (summary.display_name, summary.phone, summary.email) == ("Ada", "555-0142", None)
    assert (summary.channels, summary.messages, summary.order_numbers) == (("web",), 1, ())
    assert [request.number for request in summary.requests] == ["RQ-AAAAAA"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("alder",), ["Alder floor lamp"]),
        (("velvet", "cushion"), ["Velvet cushion"]),
        (("cushion",), ["Linen cushion", "Velvet cushion"]),
        (("spaceship",), []),
        ((), []),
    ],
)
async def test_products_are_found_by_most_of_their_words(session, words, found):
    await seed_company(session, now=utc_now())
    products = await queries.find_products(session, words)
    assert [product.name for product in products] == found


async def test_the_demo_company_is_seeded_once_and_holds_something_for_each_journey(session):
    now = utc_now()
    for _ in range(2):
        await seed_company(session, now=now)
    (refund,) = await queries.list_refunds(session, "LL-10064")
    assert (refund.state, refund.expected_on) == ("approved", now + timedelta(days=3))
    ines = (
        await session.execute(select(Customer).where(Customer.display_name == "Ines Marlow"))
    ).scalar_one()
    loyalty = await queries.find_loyalty(session, ines.id)
    assert loyalty is not None
    assert (loyalty.threads, loyalty.referral_code) == (412, "INES-WEAVES")
    assert await queries.list_open_incidents(session) == ()
    assert (await count(session, ServiceRequest), await count(session, Rating)) == (0, 0)

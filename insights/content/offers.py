"""Next best content: one article for a customer and a moment, with the reason, or none.

`find` reads and is for actions, whose effect `record` keeps; `choose` does both and is for the desk
and for campaigns, which commit. The holdout is recorded and gets nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.models import Consent, Purpose, RequestKind, RequestState, ServiceRequest
from crm.models import Customer, Order, Stage
from crm.queries import get_customer
from handoff.models import Handoff
from handoff.reasons import HandoffReason
from handoff.repository import OPEN_STATES
from insights.content.interests import Interest, find_interest, weigh, words_of
from knowledge_base.models import Article, ArticleVersion, Audience, Passage, VersionState
from knowledge_base.traces import AskedQuestion, ContentOffer

OFFERED_TAG = "product advice"
"""Articles with this tag, or of a campaign, are meant to be offered."""
SAME_FOR = timedelta(days=7)
NOT_AGAIN_FOR = timedelta(days=30)
REMEMBERED_FOR = timedelta(days=365)
_DIGEST = 1 << 64

# A person handles these: whoever waits for them is not to be offered anything.
_HARMLESS = frozenset({HandoffReason.HUMAN_WANTED, HandoffReason.LANGUAGE})
_COMPLAINING = frozenset(
    {
        RequestKind.DAMAGE,
        RequestKind.WARRANTY,
        RequestKind.SEARCH_PARCEL,
        RequestKind.PAYMENT,
        RequestKind.ACCOUNT_ACCESS,
        RequestKind.CLOSE_ACCOUNT,
        RequestKind.FORGET_DATA,
    }
)


class Place(StrEnum):
    """Where content is offered: in advice that was asked for, by a person, or unasked."""

    ADVICE = "advice"
    DESK = "desk"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Offer:
    """An article to offer, and why, in words for staff."""

    article_id: UUID
    version: int
    passage_id: int
    slug: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What to offer, or why nothing; in the holdout the offer is only for the record."""

    offer: Offer | None
    why_not: str
    holdout: bool


async def choose(
    session: AsyncSession, customer_id: UUID, place: Place, now: datetime, *, holdout_share: float
) -> Offer | None:
    """Return what to offer and keep that it was; the same for a week, and nothing for the holdout.

    One choice at a time per customer, so that two open tabs are one offer. The caller commits.
    """
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"offer:{customer_id}", 3)))
    )
    choice = await find(session, customer_id, place, now, holdout_share=holdout_share)
    if choice.offer is None:
        return None
    if not await _is_recorded(session, customer_id, choice.offer, place, now):
        await record(
            session,
            customer_id,
            choice.offer.article_id,
            version=choice.offer.version,
            place=place,
            reason=choice.offer.reason,
            holdout=choice.holdout,
            message_id=None,
            at=now,
        )
    return None if choice.holdout else choice.offer


async def find(
    session: AsyncSession,
    customer_id: UUID,
    place: Place,
    now: datetime,
    *,
    holdout_share: float,
    language: str | None = None,
) -> Choice:
    """Return the content for this customer and moment with its reason, or why there is none."""
    customer = await get_customer(session, customer_id)
    holdout = is_held_out(customer_id, holdout_share)
    why_not = await _why_not(session, customer, place, now)
    if why_not:
        return Choice(None, why_not, holdout)
    before = await _load_offers(session, customer_id, now)
    if place is Place.CAMPAIGN and any(row.offered_at > now - SAME_FOR for row in before):
        return Choice(
            None, f"They were offered something in the last {SAME_FOR.days} days.", holdout
        )
    interests = await _load_interests(session, customer_id, now)
    candidates = await _load_candidates(session, customer, language or customer.locale, now)
    same = _find_same(before, candidates, place, now)
    if same is not None:
        return Choice(same, "", holdout)
    known = {row.article_id for row in before if row.offered_at > now - NOT_AGAIN_FOR}
    known |= await _load_seen(session, customer_id)
    offer = pick([each for each in candidates if each[0].article_id not in known], interests)
    return Choice(offer, "" if offer else "Nothing we have fits what we know of them.", holdout)


def is_held_out(customer_id: UUID, share: float) -> bool:
    """A customer stays in or out as long as the share does; the hash is of nothing but the id."""
    digest = hashlib.sha256(f"content-holdout:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _DIGEST


def pick(
    candidates: Iterable[tuple[Offer, frozenset[str]]], interests: Sequence[Interest]
) -> Offer | None:
    """Return the candidate whose words meet the strongest interest; none without any interest."""
    best: tuple[float, str, Offer] | None = None
    for offer, words in candidates:
        met = find_interest(words, interests)
        if met is None:
            continue
        score, why = met
        if best is None or (-score, offer.slug) < best[:2]:
            best = (-score, offer.slug, replace(offer, reason=why))
    return best[2] if best else None


async def record(
    session: AsyncSession,
    customer_id: UUID,
    article_id: UUID,
    *,
    version: int,
    place: Place,
    reason: str,
    holdout: bool,
    message_id: UUID | None,
    at: datetime,
) -> None:
    """Keep that content was offered or withheld; once per message that it answers."""
    if message_id is not None:
        done = select(ContentOffer.id).where(
            ContentOffer.message_id == message_id, ContentOffer.article_id == article_id
        )
        if (await session.execute(done)).first() is not None:
            return
    if await session.get(Article, article_id) is None:
        return  # it was deleted between the choice and its turn's end
    session.add(
        ContentOffer(
            customer_id=customer_id,
            article_id=article_id,
            version=version,
            place=place.value,
            reason=reason,
            holdout=holdout,
            message_id=message_id,
            offered_at=at,
        )
    )
    await session.flush()


async def _why_not(session: AsyncSession, customer: Customer, place: Place, now: datetime) -> str:
    if customer.stage is Stage.TERMINATION:
        return "They are leaving: they get answers, and nothing that sells."
    reasons = select(Handoff.reasons, Handoff.reason).where(
        Handoff.customer_id == customer.id, Handoff.state.in_(OPEN_STATES)
    )
    for listed, first in (await session.execute(reasons)).all():
        grave = {first, *(HandoffReason(str(each)) for each in listed)} - _HARMLESS
        if grave:
            return "A complaint or another grave case is open."
        if place is not Place.DESK:
            return "A person is talking to them."
    requests = select(ServiceRequest.number).where(
        ServiceRequest.customer_id == customer.id,
        ServiceRequest.state == RequestState.OPEN,
        ServiceRequest.kind.in_(_COMPLAINING),
    )
    number = (await session.execute(requests.limit(1))).scalar_one_or_none()
    if number is not None:
        return f"They wait for us: request {number} is open."
    if place is Place.CAMPAIGN and not await _has_consented(session, customer.id, now):
        return "They have not agreed to get the newsletter."
    return ""


async def _has_consented(session: AsyncSession, customer_id: UUID, now: datetime) -> bool:
    latest = (
        select(Consent.granted)
        .where(
            Consent.customer_id == customer_id,
            Consent.purpose == Purpose.NEWSLETTER,
            Consent.given_at <= now,
        )
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )
    return bool((await session.execute(latest)).scalar_one_or_none())


async def _load_offers(
    session: AsyncSession, customer_id: UUID, now: datetime
) -> Sequence[ContentOffer]:
    found = select(ContentOffer).where(
        ContentOffer.customer_id == customer_id, ContentOffer.offered_at > now - NOT_AGAIN_FOR
    )
    return (await session.execute(found.order_by(ContentOffer.offered_at.desc()))).scalars().all()


async def _load_interests(
    session: AsyncSession, customer_id: UUID, now: datetime
) -> list[Interest]:
    """What they bought and what they asked, the newer the weightier."""
    orders = select(Order.items, Order.placed_at).where(
        Order.customer_id == customer_id,
        Order.status != "cancelled",
        Order.placed_at > now - REMEMBERED_FOR,
    )
    asked = select(AskedQuestion.question, AskedQuestion.asked_at).where(
        AskedQuestion.customer_id == customer_id, AskedQuestion.asked_at > now - REMEMBERED_FOR
    )
    return [
        *(
            weigh(str(item), f"They bought {item}.", age=now - at, bought=True)
            for items, at in await session.execute(orders)
            for item in items
        ),
        *(
            weigh(question, f"They asked: {question}", age=now - at, bought=False)
            for question, at in await session.execute(asked)
        ),
    ]


async def _load_candidates(
    session: AsyncSession, customer: Customer, language: str, now: datetime
) -> list[tuple[Offer, frozenset[str]]]:
    """What is meant to be offered and may be read by this customer now, with its words."""
    version = ArticleVersion
    first = select(func.min(Passage.id)).where(Passage.version_id == version.id).scalar_subquery()
    found = (
        select(Article.slug, version, first)
        .join(version, version.article_id == Article.id)
        .where(
            version.state == VersionState.PUBLISHED,
            or_(version.valid_from.is_(None), version.valid_from <= now),
            or_(version.valid_until.is_(None), version.valid_until > now),
            version.stage.in_(("any", customer.stage.value)),
            version.language == language[:2].lower(),
            version.audience == Audience.PUBLIC,
            func.cardinality(version.segments) == 0,
            or_(version.campaign.is_not(None), literal(OFFERED_TAG) == any_(version.tags)),
        )
        .order_by(Article.slug)
    )
    return [
        (
            Offer(row.article_id, row.number, passage_id or 0, slug, row.title, ""),
            words_of(" ".join((row.title, *row.tags))),
        )
        for slug, row, passage_id in await session.execute(found)
    ]


async def _load_seen(session: AsyncSession, customer_id: UUID) -> set[UUID]:
    found = select(AskedQuestion.article_id).where(
        AskedQuestion.customer_id == customer_id, AskedQuestion.article_id.is_not(None)
    )
    return {article_id for article_id in (await session.execute(found)).scalars() if article_id}


def _find_same(
    before: Sequence[ContentOffer],
    candidates: Sequence[tuple[Offer, frozenset[str]]],
    place: Place,
    now: datetime,
) -> Offer | None:
    """What was offered at this place a moment ago, as long as it may still be."""
    for row in before:
        if row.place == place.value and row.offered_at > now - SAME_FOR:
            for offer, _ in candidates:
                if (offer.article_id, offer.version) == (row.article_id, row.version):
                    return replace(offer, reason=row.reason)
    return None


async def _is_recorded(
    session: AsyncSession, customer_id: UUID, offer: Offer, place: Place, now: datetime
) -> bool:
    found = select(ContentOffer.id).where(
        ContentOffer.customer_id == customer_id,
        ContentOffer.article_id == offer.article_id,
        ContentOffer.version == offer.version,
        ContentOffer.place == place.value,
        ContentOffer.offered_at > now - SAME_FOR,
    )
    return (await session.execute(found)).first() is not None

"""Customers who may be one, by e-mail address or phone number: an employee decides. Never commits.

Neither proves anything: people share both, and anybody can type somebody else's. So nothing is
joined by itself, and no customer is ever told of a suggestion.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.merging import Why, merge
from crm.linking.models import LinkDecision, Merge, Proof, Verdict
from crm.linking.queries import list_members
from crm.models import Customer, Identity
from kit.ids import new_id

MOST = 5
# The last so many digits of a number are the same however its country is written.
_TAIL = 8


@dataclass(frozen=True)
class Suggestion:
    """Another customer who may be the same, and what says so (`email`, `phone`)."""

    customer_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    channels: tuple[str, ...]
    evidence: tuple[str, ...]
    since: datetime


async def list_suggestions(session: AsyncSession, customer_id: UUID) -> tuple[Suggestion, ...]:
    """Return who may be the same as this customer and was not ruled out, the oldest first."""
    customer = await session.get_one(Customer, customer_id)
    likeness = _alike(customer)
    if not likeness:
        return ()
    absorbed = exists().where(Merge.absorbed_id == Customer.id, Merge.undone_at.is_(None))
    found = (
        select(Customer)
        .where(Customer.id != customer_id, ~absorbed, or_(*likeness.values()))
        .order_by(Customer.created_at, Customer.id)
        .limit(MOST * 4)
    )
    own = await list_members(session, customer_id)
    suggested: list[Suggestion] = []
    for other in (await session.execute(found)).scalars():
        members = await list_members(session, other.id)
        if not await _is_ruled_out(session, own, members):
            suggested.append(await _describe(session, customer, other))
    return tuple(suggested[:MOST])


async def decide(
    session: AsyncSession,
    customer_id: UUID,
    other_id: UUID,
    *,
    verdict: Verdict,
    agent_id: UUID,
    now: datetime,
) -> Merge | None:
    """Note what an employee says to a suggestion; an accepted one joins the two at once.

    Errors: those of merging.merge.
    """
    customer = await session.get_one(Customer, customer_id)
    other = await session.get_one(Customer, other_id)
    evidence = list(_compare(customer, other))
    first, second = sorted((customer_id, other_id))
    said = {"verdict": verdict, "evidence": evidence, "agent_id": agent_id, "decided_at": now}
    noted = insert(LinkDecision).values(id=new_id(), first_id=first, second_id=second, **said)
    await session.execute(
        noted.on_conflict_do_update(
            index_elements=[LinkDecision.first_id, LinkDecision.second_id], set_=said
        )
    )
    if verdict is Verdict.REJECTED:
        return None
    reason = f"The same {' and '.join(evidence) or 'person'}, an employee says."
    why = Why(Proof.EMPLOYEE, reason, agent_id)
    return await merge(session, customer_id, other_id, why=why, now=now)


def _alike(customer: Customer) -> dict[str, ColumnElement[bool]]:
    """Return what another customer must have to be suggested."""
    alike: dict[str, ColumnElement[bool]] = {}
    if customer.email:
        alike["email"] = func.lower(Customer.email) == customer.email.strip().lower()
    if tail := _tail(customer.phone):
        digits = func.regexp_replace(Customer.phone, r"\D", "", "g")
        alike["phone"] = func.right(digits, _TAIL) == tail
    return alike


def _compare(one: Customer, other: Customer) -> tuple[str, ...]:
    same = []
    if one.email and other.email and one.email.strip().lower() == other.email.strip().lower():
        same.append("email")
    if _tail(one.phone) and _tail(one.phone) == _tail(other.phone):
        same.append("phone")
    return tuple(same)


def _tail(phone: str | None) -> str:
    digits = "".join(character for character in phone or "" if character in "0123456789")
    return digits[-_TAIL:] if len(digits) >= _TAIL else ""


async def _is_ruled_out(
    session: AsyncSession, own: Collection[UUID], others: Collection[UUID]
) -> bool:
    """Say whether somebody decided about any two of them, either way: nobody is asked twice."""
    pair = or_(
        LinkDecision.first_id.in_(own) & LinkDecision.second_id.in_(others),
        LinkDecision.first_id.in_(others) & LinkDecision.second_id.in_(own),
    )
    return bool((await session.execute(select(exists().where(pair)))).scalar_one())


async def _describe(session: AsyncSession, customer: Customer, other: Customer) -> Suggestion:
    found = select(Identity.channel).where(Identity.customer_id == other.id).distinct()
    channels = sorted((await session.execute(found)).scalars())
    return Suggestion(
        customer_id=other.id,
        name=other.display_name,
        email=other.email,
        phone=other.phone,
        channels=tuple(channels),
        evidence=_compare(customer, other),
        since=other.created_at,
    )

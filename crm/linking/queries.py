"""Reads about one customer's many accounts. Used by the gateway and the desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.linking.models import Merge, MergedRow
from crm.models import Customer

_DEEPEST = 100


@dataclass(frozen=True)
class MergeView:
    """A merge as the desk shows it. `can_undo`: nothing was built on it."""

    id: UUID
    absorbed_id: UUID
    absorbed_name: str | None
    proof: str
    reason: str
    agent_id: UUID | None
    merged_at: datetime
    moved: int
    can_undo: bool


async def find_current(session: AsyncSession, customer_id: UUID) -> UUID:
    """Return who this customer is today: itself, or whoever it was merged into at last."""
    current = customer_id
    for _ in range(_DEEPEST):
        into = select(Merge.kept_id).where(Merge.absorbed_id == current, Merge.undone_at.is_(None))
        found = (await session.execute(into)).scalar_one_or_none()
        if found is None:
            return current
        current = found
    raise RuntimeError("customers are merged in a circle")


async def list_members(session: AsyncSession, customer_id: UUID) -> frozenset[UUID]:
    """Return the customer and everybody merged into it, however indirectly."""
    tree = (
        select(Customer.id.label("id"))
        .where(Customer.id == customer_id)
        .cte("tree", recursive=True)
    )
    inner = aliased(Merge)
    tree = tree.union(
        select(inner.absorbed_id).where(inner.kept_id == tree.c.id, inner.undone_at.is_(None))
    )
    return frozenset((await session.execute(select(tree.c.id))).scalars())


async def list_merges(session: AsyncSession, customer_id: UUID) -> tuple[MergeView, ...]:
    """Return the merges in force that made this customer, the latest first."""
    members = await list_members(session, customer_id)
    moved = (
        select(func.count())
        .where(MergedRow.merge_id == Merge.id, MergedRow.fate == "moved")
        .correlate(Merge)
        .scalar_subquery()
    )
    found = (
        select(Merge, Customer.display_name, moved)
        .join(Customer, Customer.id == Merge.absorbed_id)
        .where(Merge.kept_id.in_(members), Merge.undone_at.is_(None))
        .order_by(Merge.merged_at.desc(), Merge.id.desc())
    )
    rows = (await session.execute(found)).all()
    return tuple(
        MergeView(
            made.id,
            made.absorbed_id,
            name,
            made.proof.value,
            made.reason,
            made.agent_id,
            made.merged_at,
            count,
            can_undo=not _has_later(made, [row[0] for row in rows]),
        )
        for made, name, count in rows
    )


async def find_later(session: AsyncSession, made: Merge) -> Merge | None:
    """Return a merge in force that was built on this one."""
    found = (
        select(Merge)
        .where(
            Merge.undone_at.is_(None),
            Merge.id != made.id,
            or_(
                and_(
                    Merge.kept_id == made.kept_id,
                    tuple_(Merge.merged_at, Merge.id) > (made.merged_at, made.id),
                ),
                Merge.absorbed_id == made.kept_id,
            ),
        )
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


def _has_later(made: Merge, others: list[Merge]) -> bool:
    return any(
        other.absorbed_id == made.kept_id
        or (
            other.kept_id == made.kept_id
            and (other.merged_at, other.id) > (made.merged_at, made.id)
        )
        for other in others
    )

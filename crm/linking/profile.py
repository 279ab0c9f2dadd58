"""What a profile becomes when two customers are one, and what it was when they are two again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.models import Merge, ProfileChange
from crm.models import Customer, Stage

# What the kept customer takes over where it has nothing of its own.
_FILLED = ("display_name", "email", "phone", "source")
FIELDS = (*_FILLED, "stage")


def join_profiles(kept: Customer, absorbed: Customer) -> dict[str, list[Any]]:
    """Complete the kept profile from the other one; return [before, after] of each field."""
    before = {field: getattr(kept, field) for field in FIELDS}
    for field in _FILLED:
        if not getattr(kept, field) and getattr(absorbed, field):
            setattr(kept, field, getattr(absorbed, field))
    if kept.stage is Stage.ACQUISITION:
        kept.stage = absorbed.stage
    return {field: [before[field], getattr(kept, field)] for field in FIELDS}


async def list_changes(
    session: AsyncSession, customer_id: UUID, *, since: datetime
) -> Sequence[ProfileChange]:
    """Return how the customer corrected this profile since then, in order."""
    found = (
        select(ProfileChange)
        .where(ProfileChange.customer_id == customer_id, ProfileChange.changed_at >= since)
        .order_by(ProfileChange.changed_at, ProfileChange.id)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(found)).scalars().all()


def part_profiles(
    merge: Merge,
    *,
    kept: Customer,
    absorbed: Customer,
    mine: Sequence[ProfileChange],
    theirs: Sequence[ProfileChange],
) -> None:
    """Give each customer its own profile back, with what was corrected on either side since.

    A field that changed in a way nobody recorded stays as it is: that came after the merge.
    """
    together = _latest(sorted((*mine, *theirs), key=lambda change: (change.changed_at, change.id)))
    own = _latest(mine)
    for field, (before, after) in merge.profile.items():
        if getattr(kept, field) == together.get(field, after):
            value = own.get(field, before)
            setattr(kept, field, Stage(value) if field == "stage" else value)
    for field, value in _latest(theirs).items():
        setattr(absorbed, field, value)


def _latest(changes: Sequence[ProfileChange]) -> Mapping[str, str]:
    return {change.field: change.value for change in changes}

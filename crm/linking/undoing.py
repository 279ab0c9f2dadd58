"""Takes a merge back, exactly: every row where it was, every field as it was. Never commits.

What came after the merge goes with the account it came in on. What came in on no account (an
order, a membership) stays with the kept customer, an order under the other's e-mail address goes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.errors import (
    AlreadyUndoneError,
    CannotPartError,
    NotTheLatestError,
    UnknownMergeError,
)
from crm.linking.locking import lock_customers
from crm.linking.merging import announce, leave_park, park, reread
from crm.linking.models import Fate, Merge, MergedRow
from crm.linking.profile import list_changes, part_profiles
from crm.linking.queries import find_later
from crm.linking.tables import Owned, list_owned, require_all_known
from crm.models import Customer, Identity, Order
from kit.clock import utc_now


async def undo(
    session: AsyncSession,
    merge_id: UUID,
    *,
    agent_id: UUID,
    reason: str,
    now: datetime | None = None,
) -> Merge:
    """Make two customers of one again.

    Errors: UnknownMergeError, AlreadyUndoneError, NotTheLatestError, CannotPartError (nothing is
    changed then), MovedMeanwhileError (try again).
    """
    await require_all_known(session)
    seen = await session.get(Merge, merge_id)
    if seen is None:
        raise UnknownMergeError("There is no such merge.")
    customers = await lock_customers(session, {seen.kept_id, seen.absorbed_id})
    made = await _require_latest(session, merge_id)
    try:
        async with session.begin_nested():
            await _part(session, made, customers[made.kept_id], customers[made.absorbed_id])
    except IntegrityError as error:
        raise CannotPartError(
            "Something was added since that both can have only once. Settle that first."
        ) from error
    made.undone_at, made.undone_by, made.undone_reason = now or utc_now(), agent_id, reason
    await session.flush()
    for customer_id in (made.kept_id, made.absorbed_id):
        await reread(session, customer_id)
    await announce(session, {made.kept_id, made.absorbed_id})
    return made


async def _require_latest(session: AsyncSession, merge_id: UUID) -> Merge:
    made = await session.get_one(Merge, merge_id, with_for_update=True, populate_existing=True)
    if made.undone_at is not None:
        raise AlreadyUndoneError("A colleague has undone this already.")
    if await find_later(session, made) is not None:
        raise NotTheLatestError("Another merge came after this one. Undo that one first.")
    return made


async def _part(session: AsyncSession, made: Merge, kept: Customer, absorbed: Customer) -> None:
    accounts = await _find_accounts(session, made)
    for owned in list_owned():
        await _move_back(session, made, owned, accounts=accounts, email=absorbed.email)
    part_profiles(
        made,
        kept=kept,
        absorbed=absorbed,
        mine=await list_changes(session, kept.id, since=made.merged_at),
        theirs=await list_changes(session, absorbed.id, since=made.merged_at),
    )


async def _find_accounts(session: AsyncSession, made: Merge) -> list[UUID]:
    """Return the accounts that go: those that came, and newer ones verified as one of them."""
    came = select(MergedRow.row_id).where(
        MergedRow.merge_id == made.id, MergedRow.table_name == Identity.__tablename__
    )
    here = Identity.customer_id == made.kept_id
    theirs = select(Identity.verified).where(here, Identity.id.in_(came))
    ours = select(Identity.verified).where(
        here,
        Identity.id.not_in(came),
        Identity.created_at < made.merged_at,
        Identity.verified.is_not(None),
    )
    newer = (
        (Identity.created_at >= made.merged_at)
        & Identity.verified.in_(theirs)
        & Identity.verified.not_in(ours)
    )
    found = select(Identity.id).where(here, or_(Identity.id.in_(came), newer))
    return list((await session.execute(found)).scalars())


async def _move_back(
    session: AsyncSession,
    made: Merge,
    owned: Owned,
    *,
    accounts: list[UUID],
    email: str | None,
) -> None:
    """Return a table's rows: what moved, what came later on their accounts, what gave way."""
    moved = owned.id.in_(_rows(made, owned, Fate.MOVED))
    goes = or_(moved, _came_later(owned, accounts), _ordered_later(made, owned, email))
    gave_way = owned.id.in_(_rows(made, owned, Fate.GAVE_WAY))
    leaves = update(owned.table).where(owned.owner == made.kept_id, goes)
    if not await _has(session, made, owned, Fate.GAVE_WAY):
        await session.execute(leaves.values({owned.owner: made.absorbed_id}))
        return
    parked = await park(session)
    await session.execute(leaves.values({owned.owner: parked}))
    returns = update(owned.table).where(owned.owner == made.absorbed_id, gave_way)
    await session.execute(returns.values({owned.owner: made.kept_id}))
    arrives = update(owned.table).where(owned.owner == parked)
    await session.execute(arrives.values({owned.owner: made.absorbed_id}))
    await leave_park(session, parked)


def _came_later(owned: Owned, accounts: list[UUID]) -> ColumnElement[bool]:
    way = owned.came_in_on
    return false() if way is None else way.in_(accounts)


def _ordered_later(made: Merge, owned: Owned, email: str | None) -> ColumnElement[bool]:
    """What was ordered since under the other's e-mail address, which is not the kept one's own."""
    own, theirs = (made.profile["email"][0] or "").lower(), (email or "").lower()
    if owned.name != Order.__tablename__ or not theirs or theirs == own:
        return false()
    table = owned.table
    return (func.lower(table.c.email) == theirs) & (table.c.placed_at >= made.merged_at)


def _rows(made: Merge, owned: Owned, fate: Fate) -> Select[UUID]:
    return select(MergedRow.row_id).where(
        MergedRow.merge_id == made.id, MergedRow.table_name == owned.name, MergedRow.fate == fate
    )


async def _has(session: AsyncSession, made: Merge, owned: Owned, fate: Fate) -> bool:
    return (await session.execute(_rows(made, owned, fate).limit(1))).first() is not None

"""What proves that two accounts are one customer's: noted here, acted on by gateway.linking.

Never commits. Signed identities are noted when their first message is stored.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.models import PendingLink, Proof
from crm.models import Identity
from kit.database import notify
from kit.ids import new_id
from kit.log import get_logger

_log = get_logger(__name__)

TOPIC = "link"


async def note_proof(
    session: AsyncSession, first_id: UUID, second_id: UUID, *, proof: Proof, now: datetime
) -> None:
    """Have the customers of two accounts merged as soon as nobody is at work on either."""
    first, second = sorted((first_id, second_id))
    values = {"id": new_id(), "first_id": first, "second_id": second}
    new = insert(PendingLink).values(**values, proof=proof, proved_at=now)
    await session.execute(new.on_conflict_do_nothing())
    await notify(session, TOPIC, str(values["id"]))


async def note_verified(
    session: AsyncSession, identity_id: UUID | None, verified: str, *, now: datetime
) -> None:
    """Note who an account is in a world several channels share; others who are the same join it.

    Counted once, at the first proof: what an employee has parted afterwards stays apart. Another
    name than the first is not believed: two people may share a browser.
    """
    await lock_verified(session, verified)
    identity = await session.get_one(Identity, identity_id, populate_existing=True)
    if identity.verified is not None:
        if identity.verified != verified:
            _log.warning("link.second_name", identity=str(identity_id))
        return
    same = await find_verified(session, verified)
    identity.verified = verified
    await session.flush()
    if same is not None and same.customer_id != identity.customer_id:
        await note_proof(session, same.id, identity.id, proof=Proof.VERIFIED, now=now)


async def find_verified(session: AsyncSession, verified: str) -> Identity | None:
    """Return the first account that was proved to be this one."""
    found = (
        select(Identity)
        .where(Identity.verified == verified)
        .order_by(Identity.created_at, Identity.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def lock_verified(session: AsyncSession, verified: str) -> None:
    """Let one at a time join or make the customer of a verified identity."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 4))"), {"name": verified}
    )


async def find_pending(session: AsyncSession, pending_id: UUID) -> PendingLink | None:
    """Return what is to be joined, held until the transaction ends; None when another is at it."""
    found = select(PendingLink).where(PendingLink.id == pending_id)
    return (await session.execute(found.with_for_update(skip_locked=True))).scalar_one_or_none()


async def list_pending(session: AsyncSession) -> list[UUID]:
    """Return what is still to be joined, the longest waiting first."""
    found = select(PendingLink.id).order_by(PendingLink.proved_at).limit(100)
    return list((await session.execute(found)).scalars())

"""Writes of customer care. Each is done once per message, however often it is asked for.

Called by gateway.applying; never commits.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.models import Consent, Purpose, Rating, RatingKind, RequestKind, ServiceRequest
from crm.care.schemas import Cause
from crm.linking.models import ProfileChange
from crm.models import Customer, Identity
from kit.clock import utc_now
from kit.database import Base

# What a message causes once: a request by its number, a word on a purpose, a kind of score.
_ONCE: dict[type[Base], str] = {ServiceRequest: "number", Consent: "purpose", Rating: "kind"}

ProfileField = Literal["display_name", "phone"]


async def open_request(
    session: AsyncSession,
    cause: Cause,
    *,
    kind: RequestKind,
    number: str,
    order_number: str | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note what the customer wants done, under the number they were told."""
    await _add_once(
        session,
        ServiceRequest,
        number=number,
        kind=kind,
        customer_id=cause.customer_id,
        message_id=cause.message_id,
        order_number=order_number,
        details=dict(details or {}),
        opened_at=cause.at,
    )


async def set_consent(
    session: AsyncSession,
    cause: Cause,
    *,
    purpose: Purpose,
    granted: bool,
    wording: str,
    email: str | None = None,
) -> None:
    """Note a yes or no; `wording` is the key of the words the customer answered."""
    await _add_once(
        session,
        Consent,
        customer_id=cause.customer_id,
        message_id=cause.message_id,
        purpose=purpose,
        granted=granted,
        wording=wording,
        email=email,
        given_at=cause.at,
    )


async def set_preference(
    session: AsyncSession, identity: Identity, *, purpose: Purpose, granted: bool, wording: str
) -> None:
    """Note a yes or no that no message said, from the account's own page; it counts from now on."""
    session.add(
        Consent(
            customer_id=identity.customer_id,
            identity_id=identity.id,
            purpose=purpose,
            granted=granted,
            wording=wording,
            given_at=utc_now(),
        )
    )
    await session.flush()


async def record_rating(
    session: AsyncSession,
    cause: Cause,
    *,
    kind: RatingKind,
    score: int,
    scale: int,
    comment: str | None,
) -> None:
    """Keep what the customer gave us."""
    await _add_once(
        session,
        Rating,
        customer_id=cause.customer_id,
        message_id=cause.message_id,
        kind=kind,
        score=score,
        scale=scale,
        comment=comment,
        given_at=cause.at,
    )


async def correct_profile(
    session: AsyncSession, cause: Cause, *, field: ProfileField, value: str
) -> None:
    """Put the customer's own word in place of what we had; a merge that is undone asks whose."""
    change = insert(ProfileChange).values(
        customer_id=cause.customer_id,
        message_id=cause.message_id,
        field=field,
        value=value,
        changed_at=cause.at,
    )
    await session.execute(change.on_conflict_do_nothing())
    await session.execute(
        update(Customer).where(Customer.id == cause.customer_id).values({field: value})
    )


async def _add_once(session: AsyncSession, table: type[Base], **values: Any) -> None:
    """Insert the row unless this message has already caused it."""
    added = insert(table).values(**values)
    same = ["message_id", _ONCE[table]]
    await session.execute(added.on_conflict_do_nothing(index_elements=same))

"""Takes everything of several customers for oneself, in one order, so that merges cannot cross.

The order is conversations (their leases, so no turn is at work), accounts, customers; each by id.
None of the locks hinders a message from coming in.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.errors import UnknownCustomerError
from crm.linking.errors import MovedMeanwhileError
from crm.models import Conversation, Customer, Identity

_TRIES = 5


async def lock_customers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Return the customers, with them and all that is theirs held until the transaction ends.

    Errors: UnknownCustomerError; MovedMeanwhileError when they keep changing under our hands.
    """
    for _ in range(_TRIES):
        taken = await _lock_conversations(session, ids)
        await _lock_accounts_and_customers(session, ids)
        if await _list_conversations(session, ids) <= taken:
            return await _read(session, ids)
    raise MovedMeanwhileError("These customers are changing at this moment. Please try again.")


async def _lock_conversations(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    found = (
        select(Conversation.id)
        .where(Conversation.customer_id.in_(ids))
        .order_by(Conversation.id)
        .with_for_update(key_share=True)
    )
    return set((await session.execute(found)).scalars())


async def _list_conversations(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    found = select(Conversation.id).where(Conversation.customer_id.in_(ids))
    return set((await session.execute(found)).scalars())


async def _lock_accounts_and_customers(session: AsyncSession, ids: Collection[UUID]) -> None:
    accounts = select(Identity.id).where(Identity.customer_id.in_(ids)).order_by(Identity.id)
    await session.execute(accounts.with_for_update(key_share=True))
    customers = select(Customer.id).where(Customer.id.in_(ids)).order_by(Customer.id)
    await session.execute(customers.with_for_update(key_share=True))


async def _read(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Customer]:
    found = select(Customer).where(Customer.id.in_(ids)).execution_options(populate_existing=True)
    customers = {customer.id: customer for customer in (await session.execute(found)).scalars()}
    if len(customers) < len(set(ids)):
        raise UnknownCustomerError("There is no such customer.")
    return customers

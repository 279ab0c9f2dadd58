"""A place got another address, as when a group grows: its conversations go along.

Called by gateway.intake. Where a conversation has begun at the new address already, the two
become one.
"""

from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import BusyError
from crm import notices
from crm.models import Conversation
from crm.queries import lock_conversation
from handoff.models import Handoff
from handoff.moving import move_open_handoff
from handoff.promises.models import Promise
from kit.database import notify
from knowledge_base.traces import AskedQuestion

_TRY_OUTBOX = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 3))")


async def move_place(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """Give every conversation at the old address its new one.

    Errors: BusyError while a reply of one of them is being sent; nothing has changed then.
    """
    for conversation_id, address in await notices.list_conversations_at(session, channel, old):
        await _move(session, conversation_id, new + address.removeprefix(old))
    await notices.move_cases(session, channel, old, new)


async def _move(session: AsyncSession, conversation_id: UUID, address: str) -> None:
    left = await _hold(session, conversation_id)
    await notices.lock_log(session, left.channel, left.address)
    await notices.lock_log(session, left.channel, address)
    there = await notices.find_conversation_at(session, left.channel, address)
    if there is None:
        left.address = address
        await session.flush()
        return
    there = await _hold(session, there.id)
    await move_open_handoff(session, left.id, there, brief={})
    for table in (Handoff, Promise, AskedQuestion):
        await session.execute(
            update(table).where(table.conversation_id == left.id).values(conversation_id=there.id)
        )
    await notices.join_conversation(session, left, there)
    for topic in ("turn", "delivery", f"delivery/{there.channel}", "message"):
        await notify(session, topic, str(there.id))


async def _hold(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """Hold outbox and lease of a conversation, in the order in which a claim takes them."""
    if not (await session.execute(_TRY_OUTBOX, {"key": str(conversation_id)})).scalar_one():
        raise BusyError("A reply is being sent there.", retry_after=2)
    return await lock_conversation(session, conversation_id)

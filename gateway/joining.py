"""Merges the customers of accounts that were proved to be one's, and tells them. Run by workers.

Not in the turn that brought the proof: it holds one lease, and merging takes those of all chats.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.errors import MovedMeanwhileError, SameCustomerError
from crm.linking.merging import Why, merge
from crm.linking.models import PendingLink, Proof
from crm.linking.proofs import find_pending, list_pending
from crm.models import Author, Conversation, Identity
from crm.queries import lock_conversation
from crm.service import append_outbound, find_open_episode
from crm.threads.queries import find_private_conversation
from gateway.compose import compose_own
from gateway.linking import name_channel
from gateway.phrasing import Part, load_phrasebook
from gateway.voice import find_voice
from gateway.workers import Again
from kit.database import Database

_SOON = timedelta(seconds=1)


class Joiner:
    """Merges what is proved, each proof once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_due(self) -> list[UUID]:
        """Return the proofs that wait."""
        async with self._database.session() as session:
            return await list_pending(session)

    async def handle(self, pending_id: UUID) -> Again | None:
        """Merge the customers of the two accounts, and say so on both."""
        async with self._database.session() as session:
            pending = await find_pending(session, pending_id)
            if pending is None:
                return None
            try:
                await _join(session, pending)
            except MovedMeanwhileError:
                return Again(_SOON.total_seconds())
            await session.delete(pending)
            await session.commit()
        return None


async def _join(session: AsyncSession, pending: PendingLink) -> None:
    first = await session.get_one(Identity, pending.first_id)
    second = await session.get_one(Identity, pending.second_id)
    why = Why(pending.proof, _explain(pending, first, second))
    try:
        await merge(session, first.customer_id, second.customer_id, why=why)
    except SameCustomerError:
        return
    if pending.proof is Proof.CODE:
        values = {"one": name_channel(first.channel), "other": name_channel(second.channel)}
        for identity in (first, second):
            await _tell(session, identity, Part("link_done", values))


def _explain(pending: PendingLink, first: Identity, second: Identity) -> str:
    accounts = f"{first.channel} and {second.channel}"
    if pending.proof is Proof.CODE:
        return f"A one-time code connected {accounts}."
    return f"The shop's signature named the same customer on {accounts}."


async def _tell(session: AsyncSession, identity: Identity, part: Part) -> None:
    found = await find_private_conversation(session, identity.id)
    if found is None:
        return
    conversation: Conversation = await lock_conversation(session, found.id)
    episode = await find_open_episode(session, conversation.id)
    episode_id = episode.id if episode else None
    voice = await find_voice(session, conversation, episode_id)
    told = compose_own(Author.SYSTEM, (part,), book=load_phrasebook(), voice=voice)
    await append_outbound(session, conversation, episode_id, told)

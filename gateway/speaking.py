"""One turn at work: what it is about, and how something is said in it. Used by gateway.answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import EventKind
from crm import service
from crm.models import Author, Conversation, Episode, Message, MessageState
from crm.schemas import NewButton, NewOutbound
from gateway.compose import compose_own
from gateway.interpret import Resumed
from gateway.phrasing import Part, Phrasebook, Voice
from gateway.start_links import COMMAND
from handoff.signals import Signal
from kit.clock import utc_now


@dataclass(frozen=True)
class Turn:
    """What one turn works on: rows of the caller's transaction, whose lease the caller holds."""

    session: AsyncSession
    conversation: Conversation
    message: Message
    episode: Episode
    fresh: bool
    book: Phrasebook
    voice: Voice
    signals: tuple[Signal, ...] = ()
    words: str | None = None
    resumed: Resumed | None = None

    async def say(
        self, author: Author, *parts: Part, buttons: Sequence[tuple[str, str] | NewButton] = ()
    ) -> None:
        """Put a message of ours into the outbox; `buttons` as compose_own takes them."""
        await self.send(
            compose_own(
                author,
                parts,
                book=self.book,
                voice=self.voice,
                buttons=buttons,
                in_reply_to=self.message.id,
            )
        )

    async def send(self, new: NewOutbound) -> None:
        """Put a composed message into the outbox; in a thread of a private chat it stays there."""
        if new.reply_to is None and (thread := self.message.payload.get("thread")):
            new = replace(new, reply_to=str(thread))
        await service.append_outbound(self.session, self.conversation, self.episode.id, new)

    def settle(self, state: MessageState) -> None:
        """Say that the message has had its turn."""
        self.message.state = state
        self.message.settled_at = utc_now()
        self.message.retry_at = None


def words_of(message: Message) -> str:
    """Return what the customer typed; buttons and the names of commands are not their words."""
    if message.kind == EventKind.BUTTON:
        return ""
    if message.kind == EventKind.COMMAND:
        if message.body == COMMAND:
            return ""  # what follows is a link's payload
        return str(message.payload.get("argument", ""))
    return message.body

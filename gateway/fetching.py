"""Fetches files customers sent from their platforms. Run by gateway.pools.

The file's row lock is the lease: it dies with the process, and the next sweep finds the file again.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import Audience, Fetches, RefusedMessageError, RetryLaterError
from channels.registry import Registry
from crm import service as crm
from crm.files import service
from crm.files.checking import check
from crm.files.errors import FileRefusedError, Reason
from crm.files.kinds import LARGEST_FILE
from crm.files.models import Attachment, AttachmentState
from crm.models import Author, Conversation, Message
from gateway.compose import compose_own
from gateway.phrasing import Part, load_phrasebook
from gateway.voice import find_voice
from gateway.workers import Again
from kit.backoff import backoff_delay
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import Database, notify
from kit.log import find_place, get_logger

_log = get_logger(__name__)

LONGEST_FETCH_S = 60.0
GIVE_UP_AFTER = timedelta(hours=6)


class Fetcher:
    """Fetches, checks and stores the files of one message, one after the other."""

    def __init__(
        self, database: Database, channels: Registry, *, retry_base_s: float, retry_cap_s: float
    ) -> None:
        self._database = database
        self._channels = channels
        self._retry_base_s = retry_base_s
        self._retry_cap_s = retry_cap_s

    async def handle(self, message_id: UUID) -> Again | None:
        """Take the first file that is due; look again at once, there may be another."""
        async with self._database.session() as session:
            attachment = await service.lock_waiting(session, message_id)
            if attachment is None:
                return None
            crash_point("files.leased")
            await self._settle(session, attachment)
            crash_point("files.before_commit")
            await session.commit()
        return Again(0.0)

    async def _settle(self, session: AsyncSession, attachment: Attachment) -> None:
        try:
            data = await self._fetch(attachment)
            claimed = attachment.kind if attachment.kind == "voice" else attachment.media_type
            found = await check(data, name=attachment.name, claimed=claimed)
            await service.store(session, attachment, found)
        except RetryLaterError as error:
            self._postpone(attachment, error.retry_after)
        except FileRefusedError as error:
            service.give_up(attachment, AttachmentState.REFUSED, error.reason)
        except RefusedMessageError:
            service.give_up(attachment, AttachmentState.GONE, Reason.LOST)
        if attachment.state is AttachmentState.WAITING:
            return
        message = await session.get_one(Message, attachment.message_id)
        if attachment.state is not AttachmentState.STORED:
            await _tell(session, message, attachment)
        await notify(session, "message", str(message.conversation_id))

    async def _fetch(self, attachment: Attachment) -> bytes:
        """Return the bytes. Errors: RetryLaterError, RefusedMessageError, FileRefusedError."""
        if (attachment.size or 0) > LARGEST_FILE:
            raise FileRefusedError(Reason.TOO_LARGE, "The platform says that it is too large.")
        if attachment.channel not in self._channels.names:
            raise RetryLaterError("The channel is switched off.")
        channel = self._channels.get_channel(attachment.channel)
        if not isinstance(channel, Fetches):
            raise RefusedMessageError("No upload has this reference.")
        try:
            async with asyncio.timeout(LONGEST_FETCH_S):
                return await channel.fetch(attachment.reference, limit=LARGEST_FILE)
        except (RetryLaterError, RefusedMessageError):
            raise
        except Exception as error:  # a defect must not keep what is behind this file waiting
            _log.warning("files.fetch_failed", file=str(attachment.id), where=find_place(error))
            raise RetryLaterError(type(error).__name__) from error

    def _postpone(self, attachment: Attachment, retry_after: float | None) -> None:
        attachment.attempts += 1
        if utc_now() - attachment.created_at > GIVE_UP_AFTER:
            service.give_up(attachment, AttachmentState.GONE, Reason.LOST)
            return
        delay = retry_after or backoff_delay(
            attachment.attempts, base=self._retry_base_s, cap=self._retry_cap_s
        )
        attachment.retry_at = utc_now() + timedelta(seconds=delay)


async def _tell(session: AsyncSession, message: Message, attachment: Attachment) -> None:
    """Tell the customer, once a message, that a file did not get through, and why.

    Not where others read along: there nothing was promised.
    """
    key = f"file:{message.id}"
    told = select(Message.id).where(Message.channel == message.channel, Message.event_key == key)
    is_public = message.payload.get("audience") == Audience.PUBLIC
    if is_public or (await session.execute(told)).first() is not None:
        return
    conversation = await session.get_one(Conversation, message.conversation_id)
    voice = await find_voice(session, conversation, message.episode_id)
    new = compose_own(
        Author.SYSTEM,
        (Part(f"file_{attachment.reason}"), Part("file_try_again")),
        book=load_phrasebook(),
        voice=voice,
        in_reply_to=message.id,
        event_key=key,
    )
    await crm.append_outbound(session, conversation, message.episode_id, new)

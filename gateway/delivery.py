"""Deliveries: sends one conversation's outbox in order, re-checking ownership before each send.

Run by gateway.workers. A session-level advisory lock on its own connection is the lease: it
survives the commits between steps and dies with the process. A claim on the desk waits for it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import (
    AmbiguousSendError,
    Channel,
    ChannelError,
    CustomerGoneError,
    OutboundButton,
    OutboundMessage,
    Reconciles,
    RefusedMessageError,
    RetryLaterError,
)
from channels.registry import Registry
from crm import service
from crm.models import Author, Message, MessageState, Owner
from gateway.outbox import Head, Lease, lease_outbox
from gateway.workers import BUSY_DELAY_S, Again
from kit.backoff import backoff_delay
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import Database, notify
from kit.errors import NotFoundError
from kit.log import find_place, get_logger
from kit.settings import AmbiguousSends

_log = get_logger(__name__)

_UNSENT = (MessageState.PENDING, MessageState.SENDING)

OnLost = Callable[[AsyncSession, Message], Awaitable[None]]


@dataclass(frozen=True)
class DeliveryRules:
    """How long to try, how long to wait, what to do when the outcome of a send is unknown.

    A send that certainly did not happen is tried again until it is `give_up_after` old; one that
    may have happened at most `max_attempts` times.
    """

    max_attempts: int
    give_up_after: timedelta
    retry_base_s: float
    retry_cap_s: float
    ambiguous: AmbiguousSends


class _StillUncertainError(RetryLaterError):
    """The platform could not say whether the message arrived."""


class Deliverer:
    """Sends one conversation's outbox, oldest first."""

    def __init__(
        self, database: Database, channels: Registry, on_lost: OnLost, rules: DeliveryRules
    ) -> None:
        self._database = database
        self._channels = channels
        self._on_lost = on_lost
        self._rules = rules

    async def handle(self, conversation_id: UUID) -> Again | None:
        """Send the oldest that is due; say when to look again, if that is known.

        One at a time, so that a claim never waits for many.
        """
        async with lease_outbox(self._database, conversation_id) as lease:
            if lease is None:
                return Again(BUSY_DELAY_S)
            if not lease.heads:
                return None
            head = lease.heads[0]
            if (wait := _time_left(head)) <= 0:
                await self._deliver(lease, head)
                if head.state not in _UNSENT:
                    # What is written from now on brings a hint of its own.
                    return Again(0.0) if len(lease.heads) > 1 else None
                wait = _time_left(head)
            return Again(wait)

    async def _deliver(self, lease: Lease, head: Head) -> None:
        if head.author == Author.BOT and head.owner == Owner.AGENT:
            # Part of it may have arrived, or be on its way: the agent has to know.
            head.ambiguous |= head.state == MessageState.SENDING or head.parts_sent > 0
            await _settle(lease, head, MessageState.DISCARDED)
            return
        try:
            channel = self._channels.get_channel(head.channel)
        except NotFoundError as error:
            await self._retry_or_fail(lease, head, RetryLaterError(str(error)))
            return
        uncertain = head.state == MessageState.SENDING and not channel.capabilities.exact_once
        if uncertain and not isinstance(channel, Reconciles):
            head.ambiguous = True
            if self._rules.ambiguous is AmbiguousSends.HOLD:
                await self._lose(head, MessageState.HELD)
                return
        try:
            if uncertain and isinstance(channel, Reconciles):
                parts = channel.render(as_outbound(head))
                await _reconcile(lease, channel, head, parts=parts)
            await _send_parts(lease, channel, head)
        except _StillUncertainError as error:
            await self._retry_or_fail(lease, head, error, sending=True)
        except AmbiguousSendError as error:
            if isinstance(channel, Reconciles):
                head.error = type(error).__name__
                await self._retry_or_fail(lease, head, error, sending=True)
            else:
                await self._note_error(lease, head, error)
        except ChannelError as error:
            await self._note_error(lease, head, error)
        except (SQLAlchemyError, psycopg.Error):
            raise  # the database is away; the sweep comes back
        except Exception as error:  # a defect of ours must not block what is behind the message
            _log.error("delivery.broken", message=str(head.id), where=find_place(error))
            await self._note_error(lease, head, RefusedMessageError(type(error).__name__))

    async def _note_error(self, lease: Lease, head: Head, error: ChannelError) -> None:
        head.error = type(error).__name__
        if isinstance(error, AmbiguousSendError):
            head.ambiguous = True
            if self._rules.ambiguous is AmbiguousSends.HOLD:
                await self._lose(head, MessageState.HELD)
                return
            await self._retry_or_fail(lease, head, error)
        elif isinstance(error, RetryLaterError):
            await self._retry_or_fail(lease, head, error)
        elif isinstance(error, CustomerGoneError):
            await self._mark_unreachable(head)
            await _settle(lease, head, MessageState.FAILED)
        else:
            await self._lose(head)

    async def _retry_or_fail(
        self, lease: Lease, head: Head, error: ChannelError, *, sending: bool = False
    ) -> None:
        """Plan another try or give up; `sending`: it stays unknown whether it was delivered."""
        head.attempts += 1
        if self._is_spent(head, error):
            head.ambiguous |= sending
            await self._lose(head)
            return
        delay = getattr(error, "retry_after", None) or backoff_delay(
            head.attempts, base=self._rules.retry_base_s, cap=self._rules.retry_cap_s
        )
        if not head.ambiguous and not sending:
            head.state = MessageState.PENDING
        head.retry_at = utc_now() + timedelta(seconds=delay)
        await lease.save(head)
        _log.warning("delivery.postponed", message=str(head.id), error=type(error).__name__)

    def _is_spent(self, head: Head, error: ChannelError) -> bool:
        if isinstance(error, AmbiguousSendError):
            return head.attempts >= self._rules.max_attempts
        return utc_now() - head.created_at > self._rules.give_up_after

    async def _mark_unreachable(self, head: Head) -> None:
        async with self._database.session() as session:
            await service.mark_unreachable(session, head.identity_id)
            await session.commit()

    async def _lose(self, head: Head, state: MessageState = MessageState.FAILED) -> None:
        """Set the message aside, which unblocks those behind it, and bring a person."""
        async with self._database.session() as session:
            kept = await session.get_one(Message, head.id)
            kept.state = head.state = state
            kept.settled_at = utc_now()
            kept.ambiguous, kept.error, kept.attempts = head.ambiguous, head.error, head.attempts
            await notify(session, "message", str(head.conversation_id))
            await self._on_lost(session, kept)
            await session.commit()
        _log.error("delivery.given_up", message=str(head.id), state=state.value)


async def _reconcile(
    lease: Lease, channel: Reconciles, head: Head, *, parts: Sequence[Any]
) -> None:
    """Find out whether the part that was being sent arrived. Errors: _StillUncertainError."""
    if head.parts_sent >= len(parts):
        return
    try:
        found = await channel.find_sent(parts[head.parts_sent])
    except CustomerGoneError:
        raise
    except ChannelError as error:
        head.error = type(error).__name__
        wait = getattr(error, "retry_after", None)
        raise _StillUncertainError(error.message, retry_after=wait) from error
    if found is not None:
        head.platform_ref = found
        head.parts_sent += 1
        await lease.save(head)
        _log.info("delivery.reconciled", message=str(head.id))


async def _send_parts(lease: Lease, channel: Channel, head: Head) -> None:
    parts = channel.render(as_outbound(head))
    if not channel.capabilities.exact_once and head.state != MessageState.SENDING:
        head.state = MessageState.SENDING
        await lease.save(head)
    crash_point("delivery.before_send")
    for index, part in enumerate(parts):
        if index < head.parts_sent:
            continue
        head.platform_ref = await channel.send(part)
        crash_point("delivery.after_send")
        head.parts_sent = index + 1
        if index + 1 < len(parts):
            await lease.save(head)
    await _settle(lease, head, MessageState.SENT)
    crash_point("delivery.after_commit")


async def _settle(lease: Lease, head: Head, state: MessageState) -> None:
    head.state, head.settled_at, head.retry_at = state, utc_now(), None
    await lease.settle(head)


def as_outbound(head: Head) -> OutboundMessage:
    """Return the stored message in the channels' terms."""
    buttons = head.payload.get("buttons", [])
    return OutboundMessage(
        id=str(head.id),
        address=head.address,
        author=head.author,
        text=head.body,
        buttons=tuple(OutboundButton(item["title"], item["token"]) for item in buttons),
        links=tuple((label, url) for label, url in head.payload.get("links", [])),
        images=tuple((shows, url) for shows, url in head.payload.get("images", [])),
        reply_to=head.payload.get("reply_to"),
    )


def _time_left(head: Head) -> float:
    """Return the seconds until the message may be tried; 0 when it is due."""
    if head.retry_at is None:
        return 0.0
    return max(0.0, (head.retry_at - utc_now()).total_seconds())

"""The way in: stores a verified event in one transaction. Channels call it before they ack."""

import contextlib
import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import NOTICES, Accepted, Audience, BusyError, EventKind, InboundEvent
from crm import notices, service
from crm.files import service as files
from crm.files.schemas import Claim
from crm.linking import codes
from crm.schemas import NewInbound, Stored
from gateway.backlog import count_unanswered
from gateway.moving import move_place
from gateway.recording import Recorder
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import Database

_BACKLOG_CACHE_S = 1.0
# One message brings no more files than this; platforms send one or ten.
MOST_FILES = 20


class Intake:
    """Turns an InboundEvent into a stored message. Once `accept` returns, a crash loses nothing."""

    def __init__(self, database: Database, *, max_backlog: int) -> None:
        self._database = database
        self._recorder = Recorder(database)
        self._max_backlog = max_backlog
        self._backlog = 0
        self._counted_at = float("-inf")

    async def accept(self, event: InboundEvent) -> Accepted:
        """Store the event and wake the turn workers.

        Errors: BusyError when too many messages wait already; anything else means not stored.
        """
        await self._refuse_when_full()
        return await self.accept_always(event)

    async def accept_always(self, event: InboundEvent) -> Accepted:
        """Store the event however much is waiting. Errors: whatever happened, it is not stored."""
        if event.audience is Audience.PUBLIC:
            await self._end_codes_shown(event)
        if event.kind in NOTICES and event.kind is not EventKind.EDIT:
            return await self._take_notice(event)
        stored = None
        if event.kind is not EventKind.EDIT and not event.attachments and not event.sender.verified:
            stored = await self._recorder.record(as_new_inbound(event))
        if stored is None:
            stored = await self._store(event)
        crash_point("intake.after_commit")
        return Accepted(message_id=str(stored.message_id), duplicate=stored.duplicate)

    async def _take_notice(self, event: InboundEvent) -> Accepted:
        """Do what a notice says, which is the same however often it is told. Errors: BusyError."""
        deleted = None
        async with self._database.session() as session:
            match event.kind:
                case EventKind.DELETE if event.edits:
                    deleted = await notices.record_deletion(
                        session, event.channel, _clean(event.edits)
                    )
                case EventKind.GONE | EventKind.BACK if event.audience is Audience.PRIVATE:
                    await notices.set_reachable(
                        session,
                        event.channel,
                        _clean(event.sender.account),
                        reachable=event.kind is EventKind.BACK,
                    )
                case EventKind.MOVED if event.argument:
                    await move_place(
                        session, event.channel, _clean(event.address), _clean(event.argument)
                    )
            crash_point("intake.before_commit")
            await session.commit()
        crash_point("intake.after_commit")
        return Accepted(message_id=str(deleted.message_id) if deleted else "", duplicate=False)

    async def _store(self, event: InboundEvent) -> Stored:
        """Store what needs more than one row: an edit, files, the first that somebody writes."""
        async with self._database.session() as session:
            stored = None
            if event.kind is EventKind.EDIT and event.edits:
                stored = await _edit(session, event)
            if stored is None:
                stored = await service.record_inbound(session, as_new_inbound(event))
                if event.attachments and not stored.duplicate:
                    await _attach(session, stored, event)
            crash_point("intake.before_commit")
            await session.commit()
        return stored

    async def _end_codes_shown(self, event: InboundEvent) -> None:
        """End every code for connecting accounts that others may read in the event, at once.

        In a transaction of its own, before anything else: it waits for nobody, and nothing that
        happens to the event afterwards, a deletion for instance, makes the code good again.
        """
        shown = codes.find_codes(f"{event.text} {event.argument}")
        if not shown:
            return
        async with self._database.session() as session:
            await codes.end_codes(session, shown, now=utc_now())
            await session.commit()

    async def _refuse_when_full(self) -> None:
        if time.monotonic() - self._counted_at > _BACKLOG_CACHE_S:
            self._counted_at = time.monotonic()
            async with self._database.session() as session:
                self._backlog = await count_unanswered(session, at_most=self._max_backlog + 1)
        if self._backlog > self._max_backlog:
            raise BusyError("Too many messages wait for an answer.", retry_after=15)


async def _edit(session: AsyncSession, event: InboundEvent) -> Stored | None:
    """Put the new words in place; None: we never saw the message, so it is a new one to us."""
    edited = _clean(event.edits)
    deleted = await notices.find_deleted(session, event.channel, edited)
    if deleted is not None:
        return deleted
    with contextlib.suppress(LookupError):
        return await service.record_edit(
            session, event.channel, edited, edit_key=_clean(event.key), body=_clean(event.text)
        )
    return None


async def _attach(session: AsyncSession, stored: Stored, event: InboundEvent) -> None:
    await files.attach(
        session,
        stored.message_id,
        [Claim(**_clean(vars(one))) for one in event.attachments[:MOST_FILES]],
        channel=event.channel,
        account=_clean(event.sender.account),
    )


def as_new_inbound(event: InboundEvent) -> NewInbound:
    """Translate a channel's event into the CRM's terms."""
    payload = {**event.raw, "sent_at": event.sent_at.isoformat()}
    if event.audience is Audience.PUBLIC:
        payload["audience"] = event.audience.value
    if event.media:
        payload["media"] = event.media
    if event.attachments:
        payload["files"] = min(len(event.attachments), MOST_FILES)
    if event.argument:
        payload["argument"] = event.argument
    return NewInbound(
        channel=event.channel,
        address=_clean(event.address),
        account=_clean(event.sender.account),
        event_key=_clean(event.key),
        kind=event.kind.value,
        body=_clean(event.text),
        display_name=_clean(event.sender.display_name),
        handle=_clean(event.sender.handle),
        locale=_clean(event.sender.locale),
        audience=event.audience.value,
        payload=_clean(payload),
        verified=_clean(event.sender.verified),
    )


def _clean(value: Any) -> Any:
    """Drop what PostgreSQL cannot store, at any depth: null characters and lone surrogates."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value

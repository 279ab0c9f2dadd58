"""The way in: stores a verified event in one transaction. Channels call it before they ack."""

import time
from typing import Any

from channels.base import Accepted, BusyError, EventKind, InboundEvent
from crm import service
from crm.schemas import NewInbound
from gateway.backlog import count_unanswered
from kit.crash import crash_point
from kit.database import Database

_BACKLOG_CACHE_S = 1.0


class Intake:
    """Turns an InboundEvent into a stored message. Once `accept` returns, a crash loses nothing."""

    def __init__(self, database: Database, *, max_backlog: int) -> None:
        self._database = database
        self._max_backlog = max_backlog
        self._backlog = 0
        self._counted_at = float("-inf")

    async def accept(self, event: InboundEvent) -> Accepted:
        """Store the event and wake the turn workers.

        Errors: BusyError when too many messages wait already; anything else means not stored.
        """
        await self._refuse_when_full()
        async with self._database.session() as session:
            stored = None
            if event.kind is EventKind.EDIT and event.edits:
                try:
                    stored = await service.record_edit(
                        session,
                        event.channel,
                        event.edits,
                        edit_key=_clean(event.key),
                        body=_clean(event.text),
                    )
                except LookupError:
                    stored = None  # an edit of something we never saw is a new message to us
            if stored is None:
                stored = await service.record_inbound(session, as_new_inbound(event))
            crash_point("intake.before_commit")
            await session.commit()
        crash_point("intake.after_commit")
        return Accepted(message_id=str(stored.message_id), duplicate=stored.duplicate)

    async def _refuse_when_full(self) -> None:
        if time.monotonic() - self._counted_at > _BACKLOG_CACHE_S:
            self._counted_at = time.monotonic()
            async with self._database.session() as session:
                self._backlog = await count_unanswered(session, at_most=self._max_backlog + 1)
        if self._backlog > self._max_backlog:
            raise BusyError("Too many messages wait for an answer.", retry_after=15)


def as_new_inbound(event: InboundEvent) -> NewInbound:
    """Translate a channel's event into the CRM's terms."""
    payload = dict(event.raw)
    if event.media:
        payload["media"] = event.media
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
        payload=_clean(payload),
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

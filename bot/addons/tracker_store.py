"""The tracker store on the app's PostgreSQL: one row an event. Named in endpoints.yml.

Rasa's own asks for the schema at every access, exits the process on any ValueError, saves an empty
tracker first, counts the stored events before each save, and quotes messages in database errors.
"""

import json
import os
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 5000

_EVENTS = SQLTrackerStore.SQLEvent.__table__


class EngineTrackerStore(SQLTrackerStore):
    """Reads and writes trackers inside the conversation lock, in the schema POSTGRESQL_SCHEMA."""

    def __init__(
        self, domain: Any = None, host: str | None = None, event_broker: Any = None, **_: Any
    ) -> None:
        super().__init__(domain=domain, host=host, event_broker=event_broker)
        self.engine.dispose()
        self.engine = open_engine(str(host))
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the events of the latest session, as Rasa does."""
        query = (
            sa.select([_EVENTS.c.type_name, _EVENTS.c.data])
            .where(_EVENTS.c.sender_id == sender_id)
            .order_by(_EVENTS.c.id)
        )
        with self._reading.connect() as connection:
            rows = connection.execute(query).all()
        if not rows or self.domain is None:
            return None
        events = [json.loads(data) for _, data in rows[_start_of_session(rows) :]]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored_events = len(tracker.events)
        return tracker

    async def create_tracker(
        self,
        sender_id: str,
        append_action_listen: bool = True,  # noqa: ARG002  Rasa's signature
    ) -> DialogueStateTracker:
        """Return a new tracker; the turn stores it when it is complete."""
        tracker = self.init_tracker(sender_id)
        tracker.stored_events = 0
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what the turn added. Only trackers read from or created by this store are saved."""
        stored = tracker.stored_events
        rows = [_as_row(tracker.sender_id, event) for event in list(tracker.events)[stored:]]
        if not rows:
            return
        with self.engine.begin() as connection:
            connection.execute(_EVENTS.insert(), rows)
        tracker.stored_events = stored + len(rows)


def open_engine(url: str) -> sa.engine.Engine:
    """Open the pool: stale connections are noticed, errors carry no parameters, waits end."""
    schema = os.environ.get("POSTGRESQL_SCHEMA", "engine")
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-csearch_path={schema} -cstatement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    )


def _start_of_session(rows: list[Any]) -> int:
    starts = [index for index, (kind, _) in enumerate(rows) if kind == SessionStarted.type_name]
    return starts[-1] if starts else 0


def _as_row(sender_id: str, event: Any) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }

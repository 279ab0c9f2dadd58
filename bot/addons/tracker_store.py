"""The tracker store on the app's PostgreSQL. Named in endpoints.yml.

Rasa's own asks for the schema at every access, exits the process on any ValueError, counts the
stored events before each save and puts message texts into database errors.
"""

import contextlib
import itertools
import os
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 5000


class EngineTrackerStore(SQLTrackerStore):
    """One row an event, in the schema POSTGRESQL_SCHEMA."""

    def __init__(
        self, domain: Any = None, host: str | None = None, event_broker: Any = None, **_: Any
    ) -> None:
        super().__init__(domain=domain, host=host, event_broker=event_broker)
        self.engine.dispose()
        self.engine = open_engine(str(host))
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

    @contextlib.contextmanager
    def session_scope(self) -> Iterator[Any]:
        session = self.sessionmaker()
        try:
            yield session
        finally:
            session.close()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = await super().retrieve(sender_id)
        if tracker is not None:
            tracker.stored_events = len(tracker.events)
        return tracker

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Any]:
        """The turn read the tracker inside the conversation lock, so it knows what is stored."""
        stored = getattr(tracker, "stored_events", None)
        if stored is None:
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, stored, None)


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

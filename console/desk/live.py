"""Brings what happens in the database to every open desk of this process: no polling."""

from collections.abc import Callable
from functools import partial

from kit.listener import Listener

Watcher = Callable[[str, str], None]

_TOPICS = ("queue", "presence", "message", "turn", "delivery", "reconnected")


class Live:
    """One subscription per topic for the whole process, handed on to the desks that are open."""

    def __init__(self, listener: Listener) -> None:
        self._watchers: list[Watcher] = []
        for topic in _TOPICS:
            listener.subscribe(topic, partial(self._tell, topic))

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call the watcher with topic and key of all that happens; returns the undo."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, topic: str, key: str) -> None:
        for watcher in tuple(self._watchers):
            watcher(topic, key)

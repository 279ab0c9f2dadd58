"""What people are called and which language they use: events do not say. Used by intake.

A newcomer's message waits a moment for it, never long, and a crowd of newcomers does not wait at
all: the acknowledgement comes first.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from channels.slack.markup import clean
from channels.slack.workspaces import Workspace
from kit.log import get_logger

_log = get_logger(__name__)

_WAIT_S = 0.3
_AT_ONCE = 4
_KEPT_S = 86_400.0
_FAILED_KEPT_S = 300.0
_MOST_KEPT = 10_000
_MAX_NAME = 256


@dataclass(frozen=True)
class Person:
    """What Slack says of somebody."""

    name: str | None = None
    locale: str | None = None


_NOBODY = Person()


class People:
    """Asks Slack once a day for each person who writes."""

    def __init__(
        self, client: AsyncWebClient, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Person]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Person]] = {}

    async def describe(self, workspace: Workspace, user: str) -> Person:
        """Return what is known of the person within a moment, perhaps nothing yet."""
        known = self._known.get(user)
        if known is not None and known[0] > self._clock():
            return known[1]
        task = self._asking.get(user)
        if task is None:
            if len(self._asking) >= _AT_ONCE:
                return _NOBODY
            task = self._asking[user] = asyncio.create_task(self._ask(workspace, user))
        done, _ = await asyncio.wait({task}, timeout=_WAIT_S)
        return task.result() if done else _NOBODY

    async def _ask(self, workspace: Workspace, user: str) -> Person:
        person, kept_s = _NOBODY, _FAILED_KEPT_S
        try:
            told = await self._client.users_info(
                token=workspace.token, user=user, include_locale=True
            )
            person, kept_s = _read(told["user"]), _KEPT_S
        except Exception as error:  # a name is worth no error
            _log.warning("slack.person_unknown", error=type(error).__name__)
        finally:
            self._asking.pop(user, None)
        self._known[user] = (self._clock() + kept_s, person)
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return person


def _read(user: dict[str, object]) -> Person:
    profile = user.get("profile")
    names = profile if isinstance(profile, dict) else {}
    name = names.get("display_name") or names.get("real_name") or user.get("real_name")
    locale = user.get("locale")
    return Person(
        clean(name).strip()[:_MAX_NAME] or None if isinstance(name, str) else None,
        locale[:35] if isinstance(locale, str) else None,
    )

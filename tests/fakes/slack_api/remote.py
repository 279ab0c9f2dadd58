"""The fake's controls over HTTP, for another thread or process. Same verbs as FakeSlack."""

import base64
import contextlib
from typing import Any

from tests.fakes.remote import Remote, run_in_thread
from tests.fakes.slack_api.fake import FakeSlack
from tests.fakes.slack_api.records import Done, Posted


class RemoteSlack(Remote):
    """Drives a fake Slack that runs elsewhere."""

    def dm(self, user: str, text: str, **how: Any) -> Done:
        """A customer writes to the app; options as FakeSlack.dm."""
        return Done(**self.do("dm", user=user, text=text, **how))

    def say(self, channel: str, user: str, text: str, **how: Any) -> Done:
        """A customer writes in a channel."""
        return Done(**self.do("say", channel=channel, user=user, text=text, **how))

    def upload(self, user: str, name: str, content: bytes, **how: Any) -> Done:
        """A customer sends a file."""
        coded = base64.b64encode(content).decode()
        return Done(**self.do("upload", user=user, name=name, content=coded, **how))

    def edit(self, channel: str, ts: str, text: str, **how: Any) -> Done:
        """A customer changes a message."""
        return Done(**self.do("edit", channel=channel, ts=ts, text=text, **how))

    def delete(self, channel: str, ts: str, **how: Any) -> Done:
        """A customer deletes a message."""
        return Done(**self.do("delete", channel=channel, ts=ts, **how))

    def press(self, channel: str, ts: str, button: int | str = 0, **how: Any) -> str:
        """Somebody clicks; returns the trigger id."""
        return str(self.do("press", channel=channel, ts=ts, button=button, **how))

    def open_home(self, user: str, **how: Any) -> Done:
        """Somebody opens the app's page."""
        return Done(**self.do("open_home", user=user, **how))

    def subscribe(self, events: str, **how: Any) -> None:
        """Send events to this address once it is verified."""
        self.do("subscribe", events=events, **how)

    def messages(self, channel: str | None = None, **which: Any) -> list[Posted]:
        """Messages the app posted."""
        return [Posted(**item) for item in self.do("messages", channel=channel, **which)]

    def wait_for(self, **what: Any) -> list[Posted]:
        """Wait for messages; options as FakeSlack.wait_for."""
        return [Posted(**item) for item in self.do("wait_for", **what)]


def slack_in_thread(
    port: int = 0, **options: Any
) -> contextlib.AbstractContextManager[RemoteSlack]:
    """Run a fake in a thread with an event loop of its own."""
    return run_in_thread(lambda: FakeSlack(**options), RemoteSlack, port)

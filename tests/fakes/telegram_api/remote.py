"""The fake's controls over HTTP, for another thread or process. Same verbs as FakeTelegram."""

import contextlib
from typing import Any

from tests.fakes.remote import Remote, run_in_thread
from tests.fakes.telegram_api.fake import FakeTelegram
from tests.fakes.telegram_api.records import Said, SentMessage


class RemoteTelegram(Remote):
    """Drives a fake Telegram that runs elsewhere."""

    def say(self, chat: int, text: str, **how: Any) -> Said:
        """A customer writes; options as FakeTelegram.say."""
        return Said(**self.do("say", chat=chat, text=text, **how))

    def media(self, chat: int, kind: str, **how: Any) -> Said:
        """A customer sends a file or the like."""
        return Said(**self.do("media", chat=chat, kind=kind, **how))

    def photo(self, chat: int, **how: Any) -> Said:
        """A customer sends a photo."""
        return Said(**self.do("photo", chat=chat, **how))

    def edit(self, chat: int, message_id: int, text: str) -> Said:
        """A customer changes a message."""
        return Said(**self.do("edit", chat=chat, message_id=message_id, text=text))

    def press(self, chat: int, message_id: int, button: int | str = 0, **how: Any) -> str:
        """A customer presses a button; returns the callback's id."""
        return str(self.do("press", chat=chat, message_id=message_id, button=button, **how))

    def block(self, chat: int) -> None:
        """The customer blocks the bot."""
        self.do("block", chat=chat)

    def unblock(self, chat: int) -> None:
        """The customer unblocks the bot."""
        self.do("unblock", chat=chat)

    def migrate(self, chat: int, new: int) -> None:
        """A group becomes a supergroup."""
        self.do("migrate", chat=chat, new=new)

    def open_chat(self, chat: int) -> None:
        """The customer has met the bot."""
        self.do("open_chat", chat=chat)

    def post(self, update: dict[str, Any]) -> int:
        """Send any update."""
        return int(self.do("post", update=update))

    def messages(self, chat: int | None = None, *, after: int = 0) -> list[SentMessage]:
        """Messages the bot sent."""
        return [SentMessage(**item) for item in self.do("messages", chat=chat, after=after)]

    def wait_for(self, **what: Any) -> list[SentMessage]:
        """Wait for messages; options as FakeTelegram.wait_for."""
        return [SentMessage(**item) for item in self.do("wait_for", **what)]


def telegram_in_thread(
    port: int = 0, **options: Any
) -> contextlib.AbstractContextManager[RemoteTelegram]:
    """Run a fake in a thread with an event loop of its own."""
    return run_in_thread(lambda: FakeTelegram(**options), RemoteTelegram, port)

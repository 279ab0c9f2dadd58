"""A channel for tests: records what is sent, fails as it was told to."""

from typing import Any

from channels.base import Capabilities, OutboundMessage


class RecordingChannel:
    """Splits text into parts of `max_text` and keeps what was sent."""

    def __init__(self, name: str = "fake", *, exact_once: bool = False, max_text: int = 100):
        self.name = name
        self.capabilities = Capabilities(max_text, 8, 60, exact_once)
        self.sent: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.before_send: Any = None

    def render(self, message: OutboundMessage) -> list[Any]:
        size = self.capabilities.max_text
        pieces = [message.text[i : i + size] for i in range(0, len(message.text), size)]
        return [(message.address, piece) for piece in pieces or [""]]

    async def send(self, part: Any) -> str | None:
        if self.before_send is not None:
            await self.before_send(part)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(part)
        return str(len(self.sent))

    @property
    def texts(self) -> list[str]:
        return [text for _address, text in self.sent]


class ReconcilingChannel(RecordingChannel):
    """A channel that can be asked whether a part arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.lookups: list[Exception] = []
        self.looked = 0

    async def find_sent(self, part: Any) -> str | None:
        self.looked += 1
        if self.lookups:
            raise self.lookups.pop(0)
        return "found" if part in self.sent else None

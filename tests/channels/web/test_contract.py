"""The web chat keeps the contract every channel keeps, over its own HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from channels.base import InboundEvent
from channels.web.channel import WebChannel
from tests.channels.web.chat import Chat, Visitor
from tests.channels.web.fakes import FakeTranscript
from tests.contracts.channel_contract import ChannelContract, Shown


class CommittingChannel(WebChannel):
    """The channel with what the gateway does around it: a sent message is in the log."""

    def __init__(self, transcript: FakeTranscript) -> None:
        self._transcript = transcript

    async def send(self, part: Any) -> str | None:
        """Send, and commit."""
        reference = await super().send(part)
        buttons = tuple((button.title, button.token) for button in part.buttons)
        self._transcript.say(part.address, part.text, buttons=buttons, links=part.links)
        return reference


@dataclass
class WebStage:
    """One browser on the web chat."""

    chat: Chat
    visitor: Visitor

    def __post_init__(self) -> None:
        self.channel = CommittingChannel(self.chat.transcript)
        self.address = self.visitor.address

    async def _send(self, **body: str) -> InboundEvent:
        answer = await self.visitor.send(**body)
        assert answer.status_code == 202
        return self.chat.accept.seen[-1]

    async def write(self, text: str) -> InboundEvent:
        return await self._send(client_id=str(uuid4()), text=text)

    async def write_repeatedly(self, text: str) -> tuple[InboundEvent, InboundEvent]:
        client_id = str(uuid4())
        first = await self._send(client_id=client_id, text=text)
        return first, await self._send(client_id=client_id, text=text)

    async def press(self, token: str) -> InboundEvent:
        return await self._send(client_id=str(uuid4()), button=token)

    async def see(self) -> list[Shown]:
        answer = await self.visitor.client.get("/web/messages", headers=self.visitor.headers)
        shown = []
        for message in answer.json()["messages"]:
            if message["author"] == "customer":
                continue
            labels = [link["label"] for link in message["links"]]
            buttons = [(button["title"], button["token"]) for button in message["buttons"]]
            links = [link["url"] for link in message["links"]]
            shown.append(Shown("\n".join([message["text"], *labels]), buttons, links))
        return shown

    async def slow_down(self, seconds: int) -> bool:
        return False

    async def receive(self, text: str) -> tuple[int, list[InboundEvent]]:
        answer = await self.visitor.send(client_id=str(uuid4()), text=text)
        return answer.status_code, self.chat.accept.seen

    async def overhear(self) -> list[InboundEvent]:
        return self.chat.accept.seen

    async def leave(self) -> bool:
        return False


class TestWebContract(ChannelContract):
    """Every test of the contract, on the web chat."""

    @pytest.fixture
    def stage(self, chat: Chat, visitor: Visitor) -> WebStage:
        """A browser with a session."""
        return WebStage(chat, visitor)

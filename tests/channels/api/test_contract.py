"""The API channel keeps the contract every channel keeps, over real HTTP."""

from itertools import count

import pytest
from fastapi import Response

from channels.base import InboundEvent
from tests.channels.api.conftest import Connected
from tests.contracts.channel_contract import ChannelContract, Shown, Stage


class ApiStage:
    """One customer of a platform."""

    def __init__(self, connected: Connected) -> None:
        self.connected = connected
        self.channel = connected.channel
        self.address = "c-1"
        self._numbers = count()

    async def write(self, text: str) -> InboundEvent:
        number = next(self._numbers)
        await self.connected.tell(f"k{number}", text=text, message=f"m{number}")
        return self.connected.accept.events[-1]

    async def write_repeatedly(self, text: str) -> tuple[InboundEvent, InboundEvent]:
        first = await self.connected.tell("k", text=text)
        again = await self.connected.tell("k", text=text)
        assert not first.json()["duplicate"]
        assert again.json()["duplicate"]
        return self.connected.accept.events[-1], self.connected.accept.events[-1]

    async def press(self, token: str) -> InboundEvent:
        await self.connected.tell(f"k{next(self._numbers)}", type="button", text=token)
        return self.connected.accept.events[-1]

    async def see(self) -> list[Shown]:
        return [
            Shown(
                text="\n".join([one["text"], *(link["label"] for link in one["links"])]).strip(),
                buttons=[(button["title"], button["token"]) for button in one["buttons"]],
                links=[link["url"] for link in one["links"]],
            )
            for one in self.connected.platform.posted
        ]

    async def slow_down(self, seconds: int) -> bool:
        waiting = Response(status_code=429, headers={"Retry-After": str(seconds)})
        self.connected.platform.answers = [waiting]
        return True

    async def receive(self, text: str) -> tuple[int, list[InboundEvent]]:
        answer = await self.connected.tell(text=text)
        return answer.status_code, self.connected.accept.events

    async def overhear(self) -> list[InboundEvent]:
        return self.connected.accept.events

    async def leave(self) -> bool:
        self.connected.platform.answers = [Response(status_code=410)]
        return True


class TestApi(ChannelContract):
    @pytest.fixture
    def stage(self, connected: Connected) -> Stage:
        return ApiStage(connected)

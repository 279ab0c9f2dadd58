"""Slack keeps the contract every channel keeps, over real HTTP against the strict fake."""

import json
import time

import httpx
import pytest

from channels.base import InboundEvent
from channels.slack.http import PATH
from tests.channels.slack.conftest import Connected
from tests.contracts.channel_contract import ChannelContract, Shown, Stage
from tests.fakes.slack_api import SIGNING_SECRET, TEAM, sign

CUSTOMER = "UADA"
PLACE = "DADA"


class SlackStage:
    """One customer in the direct message with the app."""

    def __init__(self, connected: Connected) -> None:
        self.slack = connected.slack
        self.channel = connected.channel
        self.address = f"{TEAM}/{PLACE}"
        self._accept = connected.accept
        self._url = f"{connected.url}{PATH}"
        self.slack.team().direct(CUSTOMER)

    async def write(self, text: str) -> InboundEvent:
        before = len(self._accept.events)
        self.slack.dm(CUSTOMER, text)
        return (await self._accept.wait_for(before + 1, timeout=30))[-1]

    async def write_repeatedly(self, text: str) -> tuple[InboundEvent, InboundEvent]:
        done = self.slack.dm(CUSTOMER, text)
        [event] = await self._accept.wait_for(1, timeout=30)
        self.slack.redeliver(done.event_ids[0])
        await self.slack.wait_until(lambda: bool(self._accept.repeated), 30)
        assert self._accept.repeated == [event.key]
        return event, event

    async def press(self, token: str) -> InboundEvent:
        shown = self.slack.messages(user=CUSTOMER)[-1]
        before = len(self._accept.events)
        for number, button in enumerate(shown.buttons):
            options = [option["value"] for option in button.get("options", [])]
            if button.get("value") == token or token in options:
                self.slack.press(PLACE, shown.ts, number, user=CUSTOMER, option=token)
        return (await self._accept.wait_for(before + 1, timeout=30))[-1]

    async def see(self) -> list[Shown]:
        return [
            Shown(text=posted.text, buttons=_buttons(posted.buttons), links=posted.links)
            for posted in self.slack.messages(user=CUSTOMER)
        ]

    async def slow_down(self, seconds: int) -> bool:
        self.slack.fail("ratelimited", value=seconds)
        return True

    async def receive(self, text: str) -> tuple[int, list[InboundEvent]]:
        message = {"type": "message", "channel_type": "im", "channel": PLACE, "user": CUSTOMER}
        event = {**message, "text": text, "ts": "1700000000.000100"}
        told = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
        body, at = json.dumps(told).encode(), int(time.time())
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": sign(SIGNING_SECRET, body, at),
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(self._url, content=body, headers=headers)
        return answer.status_code, self._accept.events

    async def overhear(self) -> list[InboundEvent]:
        await self.slack.wait_delivered(timeout=30)
        return self._accept.events

    async def leave(self) -> bool:
        await self.slack.wait_delivered()
        self.slack.fail("error", value="user_disabled", count=-1)
        return True


def _buttons(shown: list[dict]) -> list[tuple[str, str]]:
    """Return what can be chosen: buttons, or the options of a menu."""
    choices = []
    for element in shown:
        if element["type"] == "button":
            choices.append((element["text"]["text"], element["value"]))
        else:
            choices += [(one["text"]["text"], one["value"]) for one in element["options"]]
    return choices


class TestSlack(ChannelContract):
    @pytest.fixture
    def stage(self, connected: Connected) -> Stage:
        return SlackStage(connected)

"""The fake Slack, our channel on it and our address behind real HTTP, for this folder's tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from fastapi import FastAPI

from channels.ports import OwnData, OwnDataSection, OwnDataView, Preference, Surroundings
from channels.slack.channel import SlackChannel
from channels.slack.http import PATH
from channels.slack.install import InstalledSlack, install
from kit.settings import Settings
from tests.channels.telegram.conftest import RecordingAccept, serving
from tests.fakes.slack_api import SIGNING_SECRET, TOKEN, FakeSlack


@dataclass
class RememberedData:
    """What the product would hold of a person."""

    switched: list[tuple[str, str, bool]] = field(default_factory=list)
    holds: bool = True

    async def read(self, channel: str, account: str) -> OwnDataView | None:
        assert channel == "slack"
        if not self.holds:
            return None
        on = self.switched[-1][2] if self.switched else False
        return OwnDataView(
            sections=(OwnDataSection("Who you are", (("Account", account),)),),
            preferences=(Preference("newsletter", "Newsletter", on, "News *twice* a year"),),
        )

    async def set_preference(self, channel: str, account: str, *, key: str, on: bool) -> None:
        self.switched.append((account, key, on))


@dataclass
class Connected:
    """The running channel, and the platform it is connected to."""

    slack: FakeSlack
    installed: InstalledSlack
    accept: RecordingAccept
    own_data: RememberedData
    url: str

    @property
    def channel(self) -> SlackChannel:
        return self.installed.channel


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=7) as running:
        yield running


@pytest.fixture
async def connected(slack: FakeSlack) -> AsyncIterator[Connected]:
    accept, own_data = RecordingAccept(), RememberedData()
    settings = Settings(
        _env_file=None,
        slack_mode="http",
        slack_bot_token=TOKEN,
        slack_signing_secret=SIGNING_SECRET,
        slack_api_url=f"{slack.url}/api/",
    )
    nothing = cast(Any, None)
    around = Surroundings(
        settings=settings,
        database=nothing,
        listener=nothing,
        accept=accept,
        transcript=nothing,
        own_data=cast(OwnData, own_data),
    )
    installed = install(around)
    assert installed is not None
    app = FastAPI()
    installed.mount(app)
    await installed.start()
    try:
        async with serving(app) as url:
            await slack.subscribe(f"{url}{PATH}")
            yield Connected(slack, installed, accept, own_data, url)
    finally:
        await installed.stop()

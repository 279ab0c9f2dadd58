"""Socket Mode: the same events through a WebSocket that we open."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from channels.ports import Surroundings
from channels.slack.install import InstalledSlack, install
from kit.errors import AppError
from kit.settings import Settings
from tests.channels.telegram.conftest import RecordingAccept
from tests.fakes.slack_api import TOKEN, FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=5, socket_mode=True) as running:
        yield running


def build(slack: FakeSlack, accept: RecordingAccept, **changes: Any) -> InstalledSlack | None:
    given = {"slack_app_token": slack.app_token, **changes}
    settings = Settings(
        _env_file=None,
        slack_mode="socket",
        slack_bot_token=TOKEN,
        slack_api_url=f"{slack.url}/api/",
        **given,
    )
    nothing = cast(Any, None)
    return install(Surroundings(settings, nothing, nothing, accept, nothing))


@pytest.fixture
async def accept(slack: FakeSlack) -> AsyncIterator[RecordingAccept]:
    accept = RecordingAccept()
    installed = build(slack, accept)
    assert installed is not None
    await installed.start()
    await slack.wait_until(lambda: bool(slack.sockets.open), 30)
    yield accept
    await installed.stop()


async def test_what_is_written_arrives_and_is_acknowledged(slack, accept):
    slack.dm("UADA", "hello")
    [event] = await accept.wait_for(1, timeout=30)
    assert event.text == "hello"
    await slack.wait_delivered(timeout=30)
    assert slack.events.lost == []


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(slack, accept):
    slack.configure(ack_limit_s=0.3)
    accept.failures = [OSError("database away")]
    slack.dm("UADA", "hello")
    await accept.wait_for(1, timeout=30)
    await slack.wait_delivered(timeout=30)
    assert accept.calls == 2
    assert slack.events.lost == []


@pytest.mark.parametrize("how", ["refresh", "cut"])
async def test_a_connection_that_ends_is_opened_anew(slack, accept, how: str):
    if how == "refresh":
        await slack.refresh_sockets()
    else:
        slack.cut_sockets()
    slack.configure(ack_limit_s=60.0)
    slack.dm("UADA", "still there?")
    [event] = await accept.wait_for(1, timeout=60)
    assert event.text == "still there?"


def test_without_an_app_token_the_start_is_refused():
    slack = FakeSlack()
    with pytest.raises(AppError, match="SLACK_APP_TOKEN"):
        build(slack, RecordingAccept(), slack_app_token="")

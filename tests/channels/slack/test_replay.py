"""A recorded request that is played back changes nothing, with the real intake behind it."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from channels.ports import Surroundings
from channels.slack.http import PATH
from channels.slack.install import install
from gateway.intake import Intake
from kit.database import Database
from kit.settings import Settings
from tests.channels.telegram.conftest import serving
from tests.fakes.slack_api import SIGNING_SECRET, TEAM, TOKEN, FakeSlack, sign


@pytest.fixture
async def address(slack: FakeSlack, database: Database) -> AsyncIterator[str]:
    settings = Settings(
        _env_file=None,
        slack_mode="http",
        slack_bot_token=TOKEN,
        slack_signing_secret=SIGNING_SECRET,
        slack_api_url=f"{slack.url}/api/",
    )
    nothing = cast(Any, None)
    intake = Intake(database, max_backlog=100)
    installed = install(Surroundings(settings, database, nothing, intake.accept, nothing))
    assert installed is not None
    app = FastAPI()
    installed.mount(app)
    await installed.start()
    async with serving(app) as url:
        yield f"{url}{PATH}"
    await installed.stop()


def record(
    event_id: str, event: dict[str, Any], *, offset: int = 0
) -> tuple[bytes, dict[str, str]]:
    """Return a request as Slack signs it: body and headers."""
    inner = {"channel": "DADA", "user": "UADA", "channel_type": "im", "type": "message", **event}
    outer = {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": inner}
    body, at = json.dumps(outer).encode(), int(time.time()) + offset
    return body, {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": sign(SIGNING_SECRET, body, at),
    }


async def play(address: str, recorded: tuple[bytes, dict[str, str]]) -> int:
    body, headers = recorded
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(address, content=body, headers=headers)).status_code


async def stored(database: Database) -> list[tuple[str, str]]:
    """Return the words and the state of every message there is."""
    async with database.session() as session:
        rows = await session.execute(text("SELECT body, kind FROM messages ORDER BY seq"))
        return [(row.body, row.kind) for row in rows]


async def test_what_was_recorded_is_stored_once(address: str, database: Database):
    recorded = record("Ev01", {"text": "hello", "ts": "1700000000.000100"})
    assert [await play(address, recorded) for _ in range(3)] == [200, 200, 200]
    assert await stored(database) == [("hello", "text")]


async def test_a_recorded_edit_and_deletion_change_nothing_the_second_time(
    address: str, database: Database
):
    said = record("Ev01", {"text": "ten", "ts": "1700000000.000100"})
    edits = [
        record(
            f"Ev1{number}",
            {
                "subtype": "message_changed",
                "ts": f"1700000001.00{number}000",
                "message": {
                    "type": "message",
                    "user": "UADA",
                    "text": words,
                    "ts": "1700000000.000100",
                    "edited": {"user": "UADA", "ts": f"1700000001.00{number}000"},
                },
                "previous_message": {"user": "UADA", "text": "x", "ts": "1700000000.000100"},
            },
        )
        for number, words in enumerate(["twenty", "thirty"])
    ]
    for recorded in (said, *edits):
        assert await play(address, recorded) == 200
    assert await stored(database) == [("thirty", "text")]
    for recorded in (edits[0], said):
        assert await play(address, recorded) == 200
    assert await stored(database) == [("thirty", "text")]


async def test_what_is_five_minutes_and_a_second_old_or_has_no_time_is_refused(
    address: str, database: Database
):
    event = {"text": "hello", "ts": "1700000000.000100"}
    body, headers = record("Ev01", event)
    assert await play(address, record("Ev01", event, offset=-301)) == 401
    assert await play(address, (body, {**headers, "X-Slack-Request-Timestamp": "abc"})) == 401
    assert await stored(database) == []
    assert await play(address, (body, headers)) == 200
    assert await stored(database) == [("hello", "text")]

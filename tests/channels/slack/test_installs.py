"""Several workspaces: installed by OAuth, tokens sealed, removed without a trace."""

import time
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy import text

from channels.base import BusyError, CustomerGoneError, OutboundMessage, RetryLaterError
from channels.ports import Surroundings
from channels.slack import installs
from channels.slack.install import InstalledSlack, install
from kit.clock import utc_now
from kit.database import Database
from kit.errors import InvalidInputError
from kit.ids import new_id
from kit.sealing import Sealer, SealError
from kit.settings import Settings
from tests.channels.telegram.conftest import RecordingAccept, serving
from tests.fakes.slack_api import SIGNING_SECRET, FakeSlack

KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Shop:
    """Our app, which workspaces install."""

    def __init__(self, slack: FakeSlack, database: Database) -> None:
        self.slack = slack
        self.database = database
        self.accept = RecordingAccept()
        self.browser = httpx.AsyncClient(trust_env=False)
        self.url = ""

    def build(self, **changes: Any) -> InstalledSlack:
        settings = Settings(
            _env_file=None,
            slack_mode="http",
            slack_signing_secret=SIGNING_SECRET,
            slack_client_id=self.slack.client_id,
            slack_client_secret=self.slack.client_secret,
            slack_api_url=f"{self.slack.url}/api/",
            token_key=changes.pop("token_key", KEY),
            public_url="http://127.0.0.1:1",
            **changes,
        )
        nothing = cast(Any, None)
        around = Surroundings(
            settings=settings,
            database=self.database,
            listener=nothing,
            accept=self.accept,
            transcript=nothing,
        )
        made = install(around)
        assert made is not None
        return made

    async def begin(self) -> tuple[str, str]:
        """Begin in the browser; return where Slack sends it back to, as our address."""
        asked = await self.browser.get(f"{self.url}/slack/install")
        answered = await self.browser.get(asked.headers["location"])
        back = answered.headers["location"]
        return asked.headers["location"], back.replace("http://127.0.0.1:1", self.url)

    async def rows(self) -> list[Any]:
        async with self.database.session() as session:
            return list((await session.execute(text("SELECT * FROM slack_installs"))).all())


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=3, token=None) as running:
        running.add_workspace("T2", name="second")
        yield running


@pytest.fixture
async def shop(slack: FakeSlack, database: Database) -> AsyncIterator[tuple[Shop, InstalledSlack]]:
    made = Shop(slack, database)
    installed = made.build()
    app = FastAPI()
    installed.mount(app)
    await installed.start()
    async with serving(app) as url:
        made.url = url
        await slack.subscribe(f"{url}/slack/events")
        yield made, installed
    await installed.stop()
    await made.browser.aclose()


async def test_a_workspace_installs_the_app_and_is_answered_with_its_own_token(shop):
    made, installed = shop
    for team in ("T0LUMEN01", "T2"):
        _, back = await made.begin()
        answer = await made.browser.get(back)
        assert (answer.status_code, "Installed" in answer.text) == (200, True)
        assert made.slack.team(team).token
    made.slack.dm("UADA", "hello", team="T2")
    [event] = await made.accept.wait_for(1)
    assert event.address == "T2/DADA"
    message = OutboundMessage(str(new_id()), event.address, "bot", "Hello Ada")
    [part] = installed.channel.render(message)
    await installed.channel.send(part)
    [shown] = made.slack.messages(user="UADA")
    assert (shown.team, shown.text) == ("T2", "Hello Ada")


async def test_a_token_is_never_stored_as_it_is(shop):
    made, _ = shop
    _, back = await made.begin()
    await made.browser.get(back)
    [row] = await made.rows()
    token = made.slack.team().token
    assert token
    assert token not in str(row)
    assert Fernet(KEY).decrypt(row.sealed_token.encode()).decode() == token


async def test_a_state_is_good_once_and_in_the_browser_that_began(shop):
    made, _ = shop
    _, back = await made.begin()
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.get(back)).status_code == 400
    assert (await made.browser.get(back)).status_code == 200
    assert (await made.browser.get(back)).status_code == 400
    assert len(await made.rows()) == 1


async def test_a_state_that_is_too_old_is_refused(shop):
    made, _ = shop
    _, back = await made.begin()
    async with made.database.session() as session:
        await session.execute(text("UPDATE slack_oauth_states SET expires_at = now()"))
        await session.commit()
    assert (await made.browser.get(back)).status_code == 400
    assert await made.rows() == []


async def count_states(made: Shop) -> int:
    async with made.database.session() as session:
        return int(
            (await session.execute(text("SELECT count(*) FROM slack_oauth_states"))).scalar_one()
        )


async def test_one_address_that_begins_again_and_again_is_asked_to_wait(shop):
    made, _ = shop
    _, back = await made.begin()
    answers = [await made.browser.get(f"{made.url}/slack/install") for _ in range(30)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 20
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert await count_states(made) == 31 - len(refused)
    # A refusal takes nothing away from the one under way; only a newer beginning replaces it.
    latest = [answer for answer in answers if answer.status_code == 302][-1]
    answered = await made.browser.get(latest.headers["location"])
    back = answered.headers["location"].replace("http://127.0.0.1:1", made.url)
    assert (await made.browser.get(back)).status_code == 200


async def test_many_addresses_cannot_fill_the_table(database: Database, monkeypatch):
    monkeypatch.setattr(installs, "MOST_UNDER_WAY", 5)
    kept = installs.Installs(database, Sealer(KEY))
    now = utc_now()
    states = [await kept.begin(now) for _ in range(5)]
    with pytest.raises(BusyError):
        await kept.begin(now)
    assert await kept.finish(states[0], now)
    assert await kept.begin(now)
    later = now + installs.STATE_LIVES
    assert not await kept.finish(states[1], later)
    async with database.session() as session:
        left = await session.execute(text("SELECT count(*) FROM slack_oauth_states"))
    assert left.scalar_one() == 0


@pytest.mark.parametrize("query", ["", "?state=", "?state=x&code=y", "?code=y", "?state=%00%ff"])
async def test_a_forged_return_changes_nothing(shop, query: str):
    made, _ = shop
    await made.begin()
    assert (await made.browser.get(f"{made.url}/slack/oauth{query}")).status_code == 400
    assert await made.rows() == []


async def test_a_refusal_and_a_code_of_somebody_else_install_nothing(shop):
    made, _ = shop
    made.slack.configure(refuse_installs=True)
    _, back = await made.begin()
    assert (await made.browser.get(back)).status_code == 400
    made.slack.configure(refuse_installs=False)
    _, back = await made.begin()
    code = httpx.URL(back).params["code"]
    assert (await made.browser.get(back.replace(code, "made-up"))).status_code == 502
    assert await made.rows() == []


async def test_a_removal_deletes_the_token(shop):
    made, installed = shop
    _, back = await made.begin()
    await made.browser.get(back)
    assert await installed.workspaces.find("T0LUMEN01")
    made.slack.uninstall("T0LUMEN01")
    await made.slack.wait_delivered()
    assert await made.rows() == []
    message = OutboundMessage(str(new_id()), "T0LUMEN01/DADA", "bot", "Hello")
    [part] = installed.channel.render(message)
    with pytest.raises(CustomerGoneError):
        await installed.channel.send(part)


async def test_a_key_is_changed_by_putting_a_new_one_in_front(shop):
    made, _ = shop
    _, back = await made.begin()
    await made.browser.get(back)
    both = made.build(token_key=f"{OTHER_KEY},{KEY}")
    await both.start()
    try:
        for task in both.tasks:
            await task
        only_new = made.build(token_key=OTHER_KEY)
        assert await only_new.workspaces.find("T0LUMEN01")
        only_old = made.build(token_key=KEY)
        with pytest.raises(RetryLaterError):  # never taken for a workspace that removed us
            await only_old.workspaces.find("T0LUMEN01")
    finally:
        await both.stop()


def test_a_key_that_is_none_stops_the_start(database: Database):
    made = Shop(FakeSlack(token=None), database)
    for key in ("", "short", ","):
        with pytest.raises(SealError):
            made.build(token_key=key)


async def test_a_workspace_that_is_not_ours_is_not_served(slack: FakeSlack, database: Database):
    made = Shop(slack, database)
    installed = made.build(slack_teams="T9, T8")
    app = FastAPI()
    installed.mount(app)
    await installed.start()
    async with serving(app) as url:
        made.url = url
        _, back = await made.begin()
        assert (await made.browser.get(back)).status_code == 403
    await installed.stop()
    assert await made.rows() == []
    assert slack.team().token is None  # given back


def removal(*, at: float, **event: Any) -> dict[str, Any]:
    inner = {"type": "app_uninstalled", **event}
    return {"team_id": "T0LUMEN01", "event_time": int(at), "event": inner}


async def test_a_removal_that_is_told_late_leaves_the_newer_installation(shop):
    made, installed = shop
    _, back = await made.begin()
    await made.browser.get(back)
    await installed.intake.take_event(removal(at=time.time() - 60))
    assert len(await made.rows()) == 1
    await installed.intake.take_event(removal(at=time.time()))
    assert await made.rows() == []


@pytest.mark.parametrize(
    "body",
    [
        removal(at=0, type="tokens_revoked", tokens=["x"]),
        {**removal(at=0), "event_time": "soon"},
        {**removal(at=0), "event_time": 10**30},
    ],
)
async def test_a_removal_that_makes_no_sense_is_refused(shop, body: dict[str, Any]):
    _, installed = shop
    with pytest.raises(InvalidInputError):
        await installed.intake.take_event(body)


@pytest.mark.parametrize("payload", [{"team": "x"}, {"team": []}, {}, [], None, 5])
async def test_a_click_from_nowhere_is_refused(shop, payload: Any):
    _, installed = shop
    with pytest.raises(InvalidInputError):
        await installed.intake.take_click(payload)


async def test_a_workspace_that_comes_is_known_to_a_process_that_asked_before(shop):
    made, _ = shop
    other = made.build()
    assert await other.workspaces.find("T0LUMEN01") is None
    _, back = await made.begin()
    await made.browser.get(back)
    assert await other.workspaces.find("T0LUMEN01")


async def test_a_token_from_before_a_new_installation_is_looked_up_again(shop):
    made, _ = shop
    _, back = await made.begin()
    await made.browser.get(back)
    other = made.build()
    await other.start()
    assert await other.workspaces.find("T0LUMEN01")
    made.slack.revoke(made.slack.team(), "token_revoked")
    _, back = await made.begin()
    await made.browser.get(back)
    made.slack.team().direct("UADA")
    message = OutboundMessage(str(new_id()), "T0LUMEN01/DADA", "bot", "Still there")
    [part] = other.channel.render(message)
    await other.channel.send(part)
    await other.stop()
    assert [shown.text for shown in made.slack.messages(user="UADA")] == ["Still there"]


async def test_a_wrong_token_of_ours_stops_no_workspace_that_installed_us(shop):
    made, _ = shop
    _, back = await made.begin()
    await made.browser.get(back)
    both = made.build(slack_bot_token="xoxb-wrong")
    assert await both.workspaces.find("T0LUMEN01")
    with pytest.raises(RetryLaterError):
        await both.workspaces.find("T9")
    if both.client.session is not None:
        await both.client.session.close()

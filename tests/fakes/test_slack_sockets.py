"""Socket Mode of the fake, with the client of Slack's own library."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_app import SocketApp, client


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=1) as running:
        yield running


async def test_events_and_clicks_come_through_the_socket(slack: FakeSlack):
    async with SocketApp(slack) as app:
        done = slack.dm("UADA", "hello")
        await slack.wait_delivered()
        sent = await client(slack).chat_postMessage(
            channel="DADA",
            text="x",
            blocks=[
                {
                    "type": "actions",
                    "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Yes"}}],
                }
            ],
        )
        slack.press("DADA", sent["ts"], "Yes", user="UADA")
        await slack.wait_until(lambda: len(app.got) >= 3, 10)
    first = app.got[0]
    assert (first.type, first.payload["event_id"]) == ("events_api", done.event_ids[0])
    assert "interactive" in {request.type for request in app.got}
    assert {delivery.by for delivery in slack.events.deliveries} == {"socket"}


async def test_an_envelope_nobody_acks_comes_again(slack: FakeSlack):
    slack.configure(ack_limit_s=0.2)
    async with SocketApp(slack, acks=False) as app:
        done = slack.dm("UADA", "hello")
        await slack.wait_until(lambda: len(app.got) >= 2, 10)
        app.acks = True
        await slack.wait_delivered()
    assert {request.payload["event_id"] for request in app.got} == set(done.event_ids)
    assert app.got[1].retry_attempt == 1


async def test_a_refreshed_socket_is_opened_anew_and_nothing_is_lost(slack: FakeSlack):
    async with SocketApp(slack) as app:
        await slack.refresh_sockets()
        done = slack.dm("UADA", "hello")
        await slack.wait_until(lambda: bool(app.got), 30)
        await slack.wait_delivered()
    assert app.got[0].payload["event_id"] == done.event_ids[0]
    assert slack.events.lost == []


async def test_a_ticket_opens_one_socket_only(slack: FakeSlack):
    web_client = AsyncWebClient(base_url=f"{slack.url}/api/")
    url = (await web_client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)

"""How the fake hands things to an app: signed events, retries, clicks, Socket Mode, OAuth."""

import asyncio
import base64
import json
import urllib.parse
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import SIGNING_SECRET, FakeSlack

VERIFIER = SignatureVerifier(SIGNING_SECRET)


class App:
    """An app's request URL: checks signatures, notes what comes, answers from a script."""

    def __init__(self, *script: int) -> None:
        self.script = list(script)
        self.pause_s = 0.0
        self.headers: dict[str, str] = {}
        self.events: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.clicks: list[dict[str, Any]] = []
        self.url = ""
        self.runner: web.AppRunner | None = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not VERIFIER.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        if request.content_type == "application/x-www-form-urlencoded":
            form = urllib.parse.parse_qs(body.decode())
            self.clicks.append(json.loads(form["payload"][0]))
            return web.Response()
        content = json.loads(body)
        if content["type"] == "url_verification":
            return web.json_response({"challenge": content["challenge"]})
        self.events.append((content, dict(request.headers)))
        await asyncio.sleep(self.pause_s)
        return web.Response(status=self.script.pop(0) if self.script else 200, headers=self.headers)

    @property
    def ids(self) -> list[str]:
        return [body["event_id"] for body, _ in self.events]

    async def __aenter__(self) -> "App":
        app = web.Application()
        app.router.add_post("/slack", self.receive)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/slack"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.runner is not None
        await self.runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=1) as running:
        running.channel("C1")
        yield running


@pytest.fixture
async def app(slack: FakeSlack) -> AsyncIterator[App]:
    async with App() as running:
        await slack.subscribe(running.url)
        yield running


def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.token, base_url=f"{slack.url}/api/")


async def test_an_address_that_does_not_answer_the_challenge_gets_no_events(slack: FakeSlack):
    with pytest.raises(ValueError, match="not verified"):
        await slack.subscribe(f"{slack.url}/signin")
    done = slack.dm("UADA", "hello")
    assert slack.events.lost == done.event_ids


async def test_a_direct_message_is_one_signed_event(slack: FakeSlack, app: App):
    done = slack.dm("UADA", "where is <my> lamp? ada@x.example")
    await slack.wait_delivered()
    [(body, headers)] = app.events
    event = body["event"]
    assert body["event_id"] == done.event_ids[0]
    assert (event["type"], event["channel_type"], event["user"]) == ("message", "im", "UADA")
    assert event["text"].startswith("where is &lt;my&gt; lamp? <mailto:ada@x.example|")
    assert "X-Slack-Retry-Num" not in headers


async def test_a_mention_comes_twice_with_one_ts(slack: FakeSlack, app: App):
    done = slack.say("C1", "UADA", "help", mention=True)
    await slack.wait_delivered()
    kinds = {body["event"]["type"]: body["event"]["ts"] for body, _ in app.events}
    assert kinds == {"message": done.ts, "app_mention": done.ts}
    assert len(set(app.ids)) == 2


async def test_where_the_app_is_not_it_hears_nothing(slack: FakeSlack, app: App):
    slack.kick("C1")
    slack.say("C1", "UADA", "help", mention=True)
    await slack.wait_delivered()
    assert [body["event"]["type"] for body, _ in app.events] == ["member_left_channel"]


async def test_three_retries_say_why_and_then_the_event_is_lost(slack: FakeSlack, app: App):
    app.script = [500] * 4
    done = slack.dm("UADA", "hello")
    await slack.wait_delivered()
    retries = [headers.get("X-Slack-Retry-Num") for _, headers in app.events]
    reasons = {headers.get("X-Slack-Retry-Reason") for _, headers in app.events[1:]}
    assert (retries, reasons) == ([None, "1", "2", "3"], {"http_error"})
    assert set(app.ids) == {done.event_ids[0]}
    assert slack.events.lost == done.event_ids


async def test_an_app_that_is_slow_gets_the_event_again(slack: FakeSlack, app: App):
    slack.configure(ack_limit_s=0.2)
    app.pause_s = 1.0
    slack.dm("UADA", "hello")
    await slack.wait_until(lambda: len(app.events) >= 2, 10)
    app.pause_s = 0.0
    await slack.wait_delivered()
    assert app.events[1][1]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_no_retry_is_made_when_the_app_asks_for_none(slack: FakeSlack, app: App):
    app.script, app.headers = [500], {"X-Slack-No-Retry": "1"}
    slack.dm("UADA", "hello")
    await slack.wait_delivered()
    assert len(app.events) == 1


async def test_events_for_an_app_that_is_down_wait_for_the_retries(slack: FakeSlack):
    async with App() as app:
        await slack.subscribe(app.url)
    slack.configure(retry_scale=0.0)
    done = slack.dm("UADA", "hello")
    await slack.wait_delivered()
    reasons = [delivery.reason for delivery in slack.events.deliveries]
    assert reasons == ["connection_failed"] * 4
    assert slack.events.lost == done.event_ids


async def test_too_many_failures_end_the_subscription(slack: FakeSlack, app: App):
    slack.configure(disable_at=8, retry_scale=0.0)
    app.script = [500] * 100
    for number in range(3):
        slack.dm("UADA", str(number))
    await slack.wait_delivered()
    assert slack.events.disabled
    after = slack.dm("UADA", "is anybody there?")
    assert after.event_ids[0] in slack.events.lost
    await slack.subscribe(app.url)
    assert not slack.events.disabled


async def test_more_than_an_hours_events_are_not_sent(slack: FakeSlack, app: App):
    slack.configure(events_per_hour=2)
    for number in range(4):
        slack.dm("UADA", str(number))
    await slack.wait_until(lambda: len(app.events) == 3, 10)
    assert "app_rate_limited" in {body["type"] for body, _ in app.events}
    assert len(slack.events.lost) == 2


async def test_duplicates_and_redeliveries_come_with_the_same_id(slack: FakeSlack, app: App):
    slack.configure(duplicate_rate=1.0)
    done = slack.dm("UADA", "hello")
    await slack.wait_until(lambda: len(app.events) == 2, 10)
    slack.redeliver(done.event_ids[0])
    await slack.wait_until(lambda: len(app.events) == 3, 10)
    assert set(app.ids) == set(done.event_ids)


async def test_edits_deletions_files_and_bots_come_as_slack_words_them(slack: FakeSlack, app: App):
    done = slack.dm("UADA", "one")
    slack.edit(done.channel, done.ts, "two")
    slack.delete(done.channel, done.ts)
    slack.upload("UADA", "a.png", base64.b64encode(b"png").decode(), text="look")
    slack.other_bot("C1", "hello")
    await slack.wait_delivered()
    events = {body["event"].get("subtype"): body["event"] for body, _ in app.events}
    changed = events["message_changed"]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
    assert changed["ts"] != changed["message"]["ts"] == done.ts
    assert events["message_deleted"]["deleted_ts"] == done.ts
    assert events["file_share"]["files"][0]["mimetype"] == "image/png"
    assert "user" not in events["bot_message"]


async def test_the_app_hears_itself_and_its_unfurled_links(slack: FakeSlack, app: App):
    text = "see <https://x.example/help>"
    await client(slack).chat_postMessage(
        channel="C1", text=text, unfurl_links=False, unfurl_media=False
    )
    await slack.wait_delivered()
    assert [body["event"].get("bot_id") for body, _ in app.events] == ["B0WICK0001"]
    await client(slack).chat_postMessage(channel="C1", text=text)
    await slack.wait_delivered()
    subtypes = [body["event"].get("subtype") for body, _ in app.events]
    assert (subtypes.count("message_changed"), len(subtypes)) == (1, 3)


async def test_a_click_brings_its_message_and_can_be_answered(slack: FakeSlack, app: App):
    select = {
        "type": "static_select",
        "action_id": "pick",
        "options": [
            {"text": {"type": "plain_text", "text": title}, "value": title} for title in "ab"
        ],
    }
    button = {
        "type": "button",
        "action_id": "yes",
        "value": "tok",
        "text": {"type": "plain_text", "text": "Yes"},
    }
    sent = await client(slack).chat_postMessage(
        channel="C1", text="x", blocks=[{"type": "actions", "elements": [button, select]}]
    )
    slack.press("C1", sent["ts"], "Yes", user="UADA")
    slack.press("C1", sent["ts"], "pick", option="b", user="UADA")
    await slack.wait_until(lambda: len(app.clicks) == 2, 10)
    by_action = {click["actions"][0]["action_id"]: click for click in app.clicks}
    pressed, picked = by_action["yes"], by_action["pick"]
    assert pressed["actions"][0]["value"] == "tok"
    assert pressed["container"]["message_ts"] == pressed["message"]["ts"] == sent["ts"]
    assert picked["actions"][0]["selected_option"]["value"] == "b"
    async with httpx.AsyncClient() as http:
        body = {"text": "done", "replace_original": True}
        codes = [
            (await http.post(pressed["response_url"], json=body)).status_code for _ in range(6)
        ]
    assert codes == [200] * 5 + [404]
    assert [m.text for m in slack.messages("C1")] == ["done"]
    with pytest.raises(LookupError):
        slack.press("C1", sent["ts"], "Yes", user="UADA")


async def test_a_click_in_the_app_home_brings_its_view(slack: FakeSlack, app: App):
    slack.open_home("UADA")
    checks = {
        "type": "checkboxes",
        "action_id": "news",
        "options": [{"text": {"type": "plain_text", "text": "News"}, "value": "news"}],
    }
    view = {"type": "home", "blocks": [{"type": "actions", "elements": [checks]}]}
    await client(slack).views_publish(user_id="UADA", view=view)
    slack.press_home("UADA", "news", option="News")
    await slack.wait_until(lambda: len(app.clicks) == 1, 10)
    assert app.clicks[0]["view"]["type"] == "home"
    assert app.clicks[0]["actions"][0]["selected_options"][0]["value"] == "news"


async def test_files_are_for_the_workspaces_token_only(slack: FakeSlack, app: App):
    slack.upload("UADA", "a.png", base64.b64encode(b"png bytes").decode())
    await slack.wait_delivered()
    [file] = app.events[0][0]["event"]["files"]
    async with httpx.AsyncClient(follow_redirects=True) as http:
        headers = {"Authorization": f"Bearer {slack.token}"}
        allowed = await http.get(file["url_private_download"], headers=headers)
        refused = await http.get(file["url_private"])
        slack.remove_file(file["id"])
        gone = await http.get(file["url_private"], headers=headers)
    assert (allowed.content, allowed.headers["content-type"]) == (b"png bytes", "image/png")
    assert refused.headers["content-type"].startswith("text/html")
    assert gone.status_code == 404
    with pytest.raises(SlackApiError, match="file_deleted"):
        await client(slack).files_info(file=file["id"])


async def test_uninstalling_kills_the_token_and_says_so(slack: FakeSlack, app: App):
    web_client = client(slack)
    slack.dm("UADA", "hello")
    slack.uninstall()
    await slack.wait_delivered()
    kinds = {body["event"]["type"] for body, _ in app.events}
    assert {"tokens_revoked", "app_uninstalled"} <= kinds
    with pytest.raises(SlackApiError, match="account_inactive"):
        await web_client.chat_postMessage(channel="DADA", text="x")
    assert slack.dm("UADA", "still there?").event_ids == []


# OAuth


async def authorize(slack: FakeSlack, **more: str) -> httpx.Response:
    asked = {"client_id": slack.client_id, "scope": "chat:write,im:history", "state": "s1"}
    async with httpx.AsyncClient() as http:
        return await http.get(f"{slack.url}/oauth/v2/authorize", params={**asked, **more})


async def test_another_workspace_is_installed_with_a_code_that_works_once(slack: FakeSlack):
    slack.add_workspace("T2", name="second")
    slack.configure(redirect_urls=["https://app.example/back"])
    there = "https://app.example/back"
    answer = await authorize(slack, redirect_uri=there, team="T2")
    back = urllib.parse.urlsplit(answer.headers["location"])
    given = urllib.parse.parse_qs(back.query)
    assert given["state"] == ["s1"]
    anonymous = AsyncWebClient(base_url=f"{slack.url}/api/")
    secrets = {"client_id": slack.client_id, "client_secret": slack.client_secret}
    code = given["code"][0]
    for wrong, error in [
        ({"client_secret": "no"}, "bad_client_secret"),
        ({"client_id": "no"}, "invalid_client_id"),
        ({"code": "no"}, "invalid_code"),
        ({"redirect_uri": "https://evil.example"}, "bad_redirect_uri"),
    ]:
        with pytest.raises(SlackApiError, match=error):
            await anonymous.oauth_v2_access(
                **{**secrets, "code": code, "redirect_uri": there, **wrong}
            )
    answer_2 = await anonymous.oauth_v2_access(**secrets, code=code, redirect_uri=there)
    assert answer_2["team"]["id"] == "T2"
    token = AsyncWebClient(token=answer_2["access_token"], base_url=f"{slack.url}/api/")
    assert (await token.auth_test())["team_id"] == "T2"
    with pytest.raises(SlackApiError, match="code_already_used"):
        await anonymous.oauth_v2_access(**secrets, code=code, redirect_uri=there)


async def test_an_install_may_be_refused_or_asked_for_wrongly(slack: FakeSlack):
    slack.configure(redirect_urls=["https://app.example/"], refuse_installs=True)
    refused = await authorize(slack, redirect_uri="https://app.example/back")
    assert "error=access_denied" in refused.headers["location"]
    elsewhere = await authorize(slack, redirect_uri="https://evil.example/")
    unknown = await authorize(slack, client_id="9.9")
    nothing = await authorize(slack, scope="")
    assert [a.status_code for a in (elsewhere, unknown, nothing)] == [400] * 3


# Socket Mode


class SocketApp:
    """An app in Socket Mode, with the client of Slack's own library."""

    def __init__(self, slack: FakeSlack, *, acks: bool = True) -> None:
        self.acks = acks
        self.got: list[SocketModeRequest] = []
        web_client = AsyncWebClient(base_url=f"{slack.url}/api/")
        self.client = SocketModeClient(app_token=slack.app_token, web_client=web_client)
        self.client.socket_mode_request_listeners.append(self.hear)  # type: ignore[arg-type]  # an async function is what it calls

    async def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        if self.acks:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async def __aenter__(self) -> "SocketApp":
        await self.client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()


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

"""How the fake hands things to an app: signed events, retries, clicks, files, the end of it all."""

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_app import App, client


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

"""The fake refuses what Slack refuses, answers as Slack does, and shows what people see."""

import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import TEAM, TOKEN, FakeSlack, RemoteSlack, slack_in_thread
from tests.fakes.slack_api.showing import as_typed, show
from tests.fakes.slack_app import actions, button, client, post, refusal, section


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=1) as running:
        running.channel("C1")
        yield running


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    return client(slack)


async def test_where_the_app_may_not_write(slack: FakeSlack, web: AsyncWebClient):
    slack.channel("C2")
    slack.kick("C2")
    slack.channel("G1", private=True)
    slack.kick("G1")
    slack.channel("C3")
    slack.archive("C3")
    slack.dm("UGONE", "bye")
    slack.deactivate("UGONE")
    for channel, error in [
        ("C0NOWHERE", "channel_not_found"),
        ("G1", "channel_not_found"),
        ("C2", "not_in_channel"),
        ("C3", "is_archived"),
        ("UGONE", "channel_not_found"),
    ]:
        assert (await refusal(web.chat_postMessage(channel=channel, text="x")))["error"] == error
    body = await refusal(web.conversations_open(users="UGONE"))
    assert body["error"] == "user_disabled"
    body = await refusal(web.conversations_open(users="UNOBODY"))
    assert body["error"] == "user_not_found"


async def test_a_message_needs_words(slack: FakeSlack):
    answer = await post(slack, "chat.postMessage", channel="C1", text=" \n ")
    assert answer.json()["error"] == "no_text"


async def test_long_words_are_cut_as_slack_cuts_them(slack: FakeSlack, web: AsyncWebClient):
    await web.chat_postMessage(channel="C1", text="x" * 40_001)
    assert (len(slack.posted[0].text), slack.posted[0].truncated) == (40_000, True)


async def test_tokens_and_scopes_are_checked(slack: FakeSlack):
    for token, error in [("", "not_authed"), ("xoxb-wrong", "invalid_auth")]:
        body = await refusal(client(slack, token).auth_test())
        assert body["error"] == error
    body = await refusal(client(slack, slack.app_token).auth_test())
    assert body["error"] == "not_allowed_token_type"
    body = await refusal(client(slack).apps_connections_open(app_token="xapp-wrong"))
    assert body["error"] == "invalid_auth"
    slack.workspaces[TEAM].scopes.discard("chat:write")
    body = await refusal(client(slack).chat_postMessage(channel="C1", text="x"))
    assert (body["error"], body["needed"]) == ("missing_scope", "chat:write")


async def test_a_token_in_json_or_in_the_address_does_not_count(slack: FakeSlack):
    async with httpx.AsyncClient() as http:
        answers = [
            await http.post(f"{slack.url}/api/auth.test", json={"token": TOKEN}),
            await http.get(f"{slack.url}/api/auth.test?token={TOKEN}"),
        ]
    assert [answer.json()["error"] for answer in answers] == ["not_authed"] * 2
    assert (await post(slack, "make.coffee")).json()["error"] == "unknown_method"


async def test_a_channel_over_its_second_gets_429_with_a_time(
    slack: FakeSlack, web: AsyncWebClient
):
    slack.configure(paced=True)
    slack.channel("C2")
    for number in range(3):
        await web.chat_postMessage(channel="C1", text=str(number))
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="C1", text="4")
    answer = refused.value.response
    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    assert int(answer.headers["Retry-After"]) >= 1
    assert await web.chat_postMessage(channel="C2", text="other channels are free")


async def test_apps_sold_elsewhere_read_once_a_minute(slack: FakeSlack, web: AsyncWebClient):
    slack.configure(distributed=True)
    for number in range(20):
        slack.say("C1", "UADA", str(number))
    assert len((await web.conversations_history(channel="C1"))["messages"]) == 15
    body = await refusal(web.conversations_history(channel="C1"))
    assert body["error"] == "ratelimited"


async def test_metadata_is_checked_kept_and_given_back_on_request(
    slack: FakeSlack, web: AsyncWebClient
):
    broken: dict[str, Any]
    for broken in ({"event_type": "sent"}, {"event_payload": {}}, {"event_type": "a" * 4000}):
        call = web.chat_postMessage(channel="C1", text="x", metadata=broken)
        assert (await refusal(call))["error"] == "invalid_metadata_format"
    large = {"event_type": "sent", "event_payload": {"id": "x" * 4000}}
    call = web.chat_postMessage(channel="C1", text="x", metadata=large)
    assert (await refusal(call))["error"] == "metadata_too_large"
    mark = {"event_type": "sent", "event_payload": {"id": "7"}}
    await web.chat_postMessage(channel="C1", text="x", metadata=mark)
    [plain] = (await web.conversations_history(channel="C1"))["messages"]
    assert "metadata" not in plain
    answer = await web.conversations_history(channel="C1", include_all_metadata=True)
    assert answer["messages"][0]["metadata"] == mark


async def test_threads_are_not_in_the_channel_but_in_its_replies(
    slack: FakeSlack, web: AsyncWebClient
):
    root = slack.say("C1", "UADA", "root").ts
    reply = await web.chat_postMessage(channel="C1", text="in it", thread_ts=root)
    await web.chat_postMessage(channel="C1", text="beside it")
    listed = (await web.conversations_history(channel="C1"))["messages"]
    assert [message["text"] for message in listed] == ["beside it", "root"]
    assert listed[1]["reply_count"] == 1
    thread = (await web.conversations_replies(channel="C1", ts=root))["messages"]
    assert [message["text"] for message in thread] == ["root", "in it"]
    for thread_ts, error in [
        ("1.000000", "thread_not_found"),
        (reply["ts"], "cannot_reply_to_message"),
    ]:
        call = web.chat_postMessage(channel="C1", text="x", thread_ts=thread_ts)
        assert (await refusal(call))["error"] == error


async def test_history_comes_in_pages_between_times(slack: FakeSlack, web: AsyncWebClient):
    stamps = [slack.say("C1", "UADA", str(number)).ts for number in range(7)]
    first = await web.conversations_history(channel="C1", limit=3)
    assert [len(page["messages"]) async for page in first] == [3, 3, 1]
    answer = await web.conversations_history(channel="C1", oldest=stamps[4])
    assert [message["text"] for message in answer["messages"]] == ["6", "5"]
    answer = await web.conversations_history(channel="C1", oldest=stamps[4], inclusive=True)
    assert len(answer["messages"]) == 3
    slack.kick("C1")
    assert (await refusal(web.conversations_history(channel="C1")))["error"] == "not_in_channel"


async def test_only_own_messages_are_changed_and_deleted(slack: FakeSlack, web: AsyncWebClient):
    theirs = slack.say("C1", "UADA", "mine").ts
    body = await refusal(web.chat_update(channel="C1", ts=theirs, text="x"))
    assert body["error"] == "cant_update_message"
    body = await refusal(web.chat_delete(channel="C1", ts=theirs))
    assert body["error"] == "cant_delete_message"
    sent = await web.chat_postMessage(channel="C1", text="one", blocks=[actions(button("Yes"))])
    body = await refusal(web.chat_update(channel="C1", ts=sent["ts"], text="x" * 4001))
    assert body["error"] == "msg_too_long"
    await web.chat_update(channel="C1", ts=sent["ts"], text="two")
    assert [(m.text, m.buttons) for m in slack.messages("C1")] == [("two", [])]
    await web.chat_delete(channel="C1", ts=sent["ts"])
    assert slack.messages("C1") == []
    body = await refusal(web.chat_update(channel="C1", ts=sent["ts"], text="x"))
    assert body["error"] == "message_not_found"


async def test_ephemeral_messages_are_for_one_and_in_no_history(
    slack: FakeSlack, web: AsyncWebClient
):
    slack.say("C1", "UADA", "hello")
    await web.chat_postEphemeral(channel="C1", user="UADA", text="only you")
    assert [(m.text, m.audience) for m in slack.messages("C1")] == [("only you", "UADA")]
    assert len((await web.conversations_history(channel="C1"))["messages"]) == 1
    call = web.chat_postEphemeral(channel="C1", user="UBOB", text="x")
    assert (await refusal(call))["error"] == "user_not_in_channel"


async def test_people_read_mrkdwn_links_and_buttons(slack: FakeSlack, web: AsyncWebClient):
    blocks = [
        section("Hello &lt;you&gt; &amp; <https://x.example/a?b=1&amp;c=2|all> <!here>"),
        actions(button("Yes", action_id="a", value="tok")),
    ]
    await web.chat_postMessage(channel="C1", text="fallback", blocks=blocks)
    [message] = slack.messages("C1")
    assert message.text == "Hello <you> & all @here"
    assert message.links == ["https://x.example/a?b=1&c=2"]
    assert message.pings == ["!here"]
    assert [b["value"] for b in message.buttons] == ["tok"]
    assert message.fallback == "fallback"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("ada@x.example!", "<mailto:ada@x.example|ada@x.example>!"),
        ("see https://x.example/?a=1&b=2.", "see <https://x.example/?a=1&amp;b=2>."),
        ("lumen.example", "<http://lumen.example|lumen.example>"),
        ("<!channel> 👍", "&lt;!channel&gt; :+1:"),
    ],
)
def test_what_customers_type_comes_as_slack_writes_it(typed: str, sent: str):
    assert as_typed(typed) == sent


def test_mentions_are_shown_by_name():
    assert show("<@U1|ada> in <#C1|general>: <mailto:a@x.example|a@x.example>") == (
        "@ada in #general: a@x.example"
    )


async def test_the_app_home_is_checked_and_guarded_by_its_hash(
    slack: FakeSlack, web: AsyncWebClient
):
    slack.open_home("UADA")
    view = {"type": "home", "blocks": [section("Hello")]}
    first = await web.views_publish(user_id="UADA", view=view)
    stale = first["view"]["hash"]
    await web.views_publish(user_id="UADA", view=view, hash=stale)
    call = web.views_publish(user_id="UADA", view=view, hash=stale)
    assert (await refusal(call))["error"] == "hash_conflict"
    many = {"type": "home", "blocks": [{"type": "divider"}] * 101}
    call = web.views_publish(user_id="UADA", view=many)
    assert (await refusal(call))["error"] == "invalid_blocks"
    assert (await slack.wait_home("UADA"))["blocks"] == view["blocks"]


async def test_people_are_described_with_their_locale_on_request(
    slack: FakeSlack, web: AsyncWebClient
):
    slack.describe_person("UADA", real_name="Ada Invented", locale="de-DE")
    plain = (await web.users_info(user="UADA"))["user"]
    assert (plain["real_name"], "locale" in plain) == ("Ada Invented", False)
    assert (await web.users_info(user="UADA", include_locale=True))["user"]["locale"] == "de-DE"
    assert (await refusal(web.users_info(user="UNOBODY")))["error"] == "user_not_found"


async def test_conversations_are_opened_described_and_listed(slack: FakeSlack, web: AsyncWebClient):
    slack.say("C1", "UADA", "hello")
    first = await web.conversations_open(users="UADA")
    again = await web.conversations_open(users="UADA")
    assert first["channel"]["id"] == again["channel"]["id"] == "DADA"
    assert again["already_open"]
    assert (await web.conversations_info(channel="C1"))["channel"]["is_member"]
    assert (await web.conversations_members(channel="C1"))["members"] == ["U0WICK0001", "UADA"]
    listed = await web.users_conversations(types="im,public_channel")
    assert {one["id"] for one in listed["channels"]} == {"C1", "DADA"}
    link = await web.chat_getPermalink(channel="C1", message_ts=slack.say("C1", "UADA", "x").ts)
    assert "/archives/C1/p" in link["permalink"]


async def test_faults_happen_before_or_after_the_message_is_there(
    slack: FakeSlack, web: AsyncWebClient
):
    slack.fail("status", value=500)
    slack.fail("drop_before")
    slack.fail("drop_after")
    slack.fail("garbage")
    slack.fail("error", value="fatal_error")
    slack.fail("error_after", value="internal_error")
    for number in range(6):
        with pytest.raises(Exception, match=r"."):
            await web.chat_postMessage(channel="C1", text=str(number))
    assert [m.text for m in slack.messages("C1")] == ["2", "3", "5"]
    slack.fail("ratelimited", value=30, channel="C1")
    for _ in range(2):
        body = await refusal(web.chat_postMessage(channel="C1", text="x"))
        assert body["error"] == "ratelimited"


async def test_waiting_in_vain_says_what_came(slack: FakeSlack, web: AsyncWebClient):
    await web.chat_postMessage(channel="C1", text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await slack.wait_for(channel="C1", containing="lamp", timeout=0.05)


def test_everything_can_be_driven_from_another_thread():
    with slack_in_thread() as remote:
        done = remote.dm("UADA", "Hello")
        remote.edit(done.channel, done.ts, "Hello!")
        remote.do("channel", channel="C9")
        body = {"channel": "UADA", "text": "Hi", "blocks": [actions(button("Yes"))]}
        headers = {"Authorization": f"Bearer {remote.state()['token']}"}
        remote.fail("status", value=503)
        url = f"{remote.url}/api/chat.postMessage"
        codes = [httpx.post(url, json=body, headers=headers).status_code for _ in range(2)]
        assert codes == [503, 200]
        body = {"channel": "UADA", "text": "Hi"}
        assert httpx.post(url, json=body, headers=headers).json()["ok"]
        first, second = remote.wait_for(user="UADA", count=2)
        assert second.text == "Hi"
        assert remote.press(first.channel, first.ts, "Yes", user="UADA")
        remote.delete(done.channel, done.ts)
        assert (remote.mark(), len(remote.messages(user="UADA", after=1))) == (2, 1)
        with pytest.raises(TimeoutError):
            remote.wait_for(user="UBOB", timeout=0.05)
        with pytest.raises(ValueError, match="no button"):
            remote.press(first.channel, first.ts, "Maybe", user="UADA")
        with pytest.raises(ValueError, match="unknown verb"):
            remote.do("make_coffee")


def test_it_runs_as_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.fakes.slack_api", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].rstrip(",")
        remote = RemoteSlack(url)
        assert remote.dm("UADA", "Hello").channel == "DADA"
        remote.close()
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0

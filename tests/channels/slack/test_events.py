"""What people do on Slack, and what our intake is given, over signed HTTP."""

import base64
import json
import time

import httpx
import pytest

from channels.base import Audience, BusyError, EventKind, OutboundMessage
from channels.slack.http import MAX_BODY, PATH
from tests.channels.slack.conftest import Connected
from tests.fakes.slack_api import SIGNING_SECRET, TEAM, sign

ADA = f"{TEAM}:UADA"


async def test_a_direct_message_comes_with_the_name_and_language_of_its_author(
    connected: Connected,
):
    connected.slack.describe_person("UADA", real_name="Ada Example", locale="de-DE")
    connected.slack.dm("UADA", "Where is my <lamp> & shade? 👍 ada@shop.example")
    [event] = await connected.accept.wait_for(1)
    assert event.text == "Where is my <lamp> & shade? 👍 ada@shop.example"
    assert (event.kind, event.audience) == (EventKind.TEXT, Audience.PRIVATE)
    assert (event.sender.account, event.sender.display_name) == (ADA, "Ada Example")
    assert event.sender.locale == "de-DE"
    assert event.address == f"{TEAM}/DADA"


async def test_a_mention_is_one_event_though_slack_tells_of_it_twice(connected: Connected):
    connected.slack.channel("C0HELP")
    said = connected.slack.say("C0HELP", "UADA", "my lamp came broken", mention=True)
    assert len(said.event_ids) == 2
    await connected.slack.wait_delivered()
    [event] = connected.accept.events
    assert len(connected.accept.repeated) == 1
    assert event.text == "my lamp came broken"
    assert event.audience is Audience.PUBLIC
    assert event.address == f"{TEAM}/C0HELP/{said.ts}#{ADA}"


async def test_in_a_thread_the_address_keeps_its_first_message(connected: Connected):
    connected.slack.channel("C0HELP")
    root = connected.slack.say("C0HELP", "UBEN", "has anybody a lamp?")
    connected.slack.say("C0HELP", "UADA", "mine broke", mention=True, thread=root.ts)
    connected.slack.say("C0HELP", "UADA", "and the shade", thread=root.ts)
    await connected.slack.wait_delivered()
    [event] = connected.accept.events
    assert event.address == f"{TEAM}/C0HELP/{root.ts}#{ADA}"


async def test_a_thread_in_the_direct_message_is_the_same_conversation(connected: Connected):
    first = connected.slack.dm("UADA", "hello")
    connected.slack.dm("UADA", "about that", thread=first.ts)
    _, second = await connected.accept.wait_for(2)
    assert second.address == f"{TEAM}/DADA"
    assert second.raw["thread"] == first.ts


async def test_what_is_redelivered_has_the_same_key(connected: Connected):
    done = connected.slack.dm("UADA", "hello")
    await connected.accept.wait_for(1)
    connected.slack.redeliver(done.event_ids[0])
    await connected.slack.wait_until(lambda: bool(connected.accept.repeated), 10)
    assert len(connected.accept.events) == 1


async def test_other_bots_and_our_own_words_are_not_spoken_with(connected: Connected):
    connected.slack.channel("C0BOTS")
    connected.slack.other_bot("C0BOTS", "how can I pay?")
    connected.slack.dm("UADA", "hello")
    await connected.accept.wait_for(1)
    [part] = connected.channel.render(
        OutboundMessage("m-1", f"{TEAM}/DADA", "bot", "see https://shop.example/help")
    )
    await connected.channel.send(part)
    await connected.slack.wait_delivered()
    assert connected.accept.texts == ["hello"]


async def test_an_edit_and_a_deletion_name_the_message_they_change(connected: Connected):
    done = connected.slack.dm("UADA", "I paid 10 euros")
    connected.slack.edit(done.channel, done.ts, "I paid 100 euros")
    await connected.accept.wait_for(2)
    connected.slack.delete(done.channel, done.ts)
    said, edit, deletion = await connected.accept.wait_for(3)
    assert (edit.kind, edit.text, edit.edits) == (EventKind.EDIT, "I paid 100 euros", said.key)
    assert (deletion.kind, deletion.edits, deletion.text) == (EventKind.DELETE, said.key, "")


async def test_a_file_is_named_and_its_bytes_can_be_fetched(connected: Connected):
    content = base64.b64encode(b"the bytes of a picture").decode()
    connected.slack.upload("UADA", "lamp.png", content, text="look")
    [event] = await connected.accept.wait_for(1)
    assert (event.kind, event.media, event.text) == (EventKind.MEDIA, "photo", "look")
    [file] = event.attachments
    assert (file.kind, file.name, file.media_type, file.size) == (
        "photo",
        "lamp.png",
        "image/png",
        22,
    )
    assert await connected.channel.fetch(file.reference, limit=100) == b"the bytes of a picture"


@pytest.mark.parametrize(
    ("words", "name", "argument"),
    [("!human please", "human", "please"), ("!PRIVACY", "privacy", ""), ("!stop", "stop", "")],
)
async def test_a_command_begins_with_an_exclamation_mark(
    connected: Connected, words: str, name: str, argument: str
):
    connected.slack.dm("UADA", words)
    [event] = await connected.accept.wait_for(1)
    assert (event.kind, event.text, event.argument) == (EventKind.COMMAND, name, argument)


async def test_other_words_behind_an_exclamation_mark_are_words(connected: Connected):
    connected.slack.dm("UADA", "!important my lamp burns")
    [event] = await connected.accept.wait_for(1)
    assert (event.kind, event.text) == (EventKind.TEXT, "!important my lamp burns")


async def test_what_could_not_be_stored_is_delivered_again(connected: Connected):
    connected.accept.failures = [BusyError("full", retry_after=1), OSError("database away")]
    connected.slack.dm("UADA", "hello")
    await connected.accept.wait_for(1)
    await connected.slack.wait_delivered()
    assert connected.accept.calls == 3
    assert connected.slack.events.lost == []


async def test_the_home_shows_what_we_hold_and_takes_a_preference(connected: Connected):
    connected.slack.open_home("UADA")
    view = await connected.slack.wait_home("UADA")
    shown = json.dumps(view["blocks"], ensure_ascii=False)
    assert ADA in shown
    assert "∗twice∗" in shown
    connected.slack.press_home("UADA", "preference:newsletter", option="On")
    await connected.slack.wait_until(lambda: bool(connected.own_data.switched), 10)
    assert connected.own_data.switched == [(ADA, "newsletter", True)]
    await connected.slack.wait_until(
        lambda: (
            connected.slack.home("UADA")["blocks"][-1]["accessory"]["initial_option"]["value"]
            == "on"
        ),
        10,
    )
    assert connected.accept.events == []


async def test_a_home_of_nobody_we_know_says_so(connected: Connected):
    connected.own_data.holds = False
    connected.slack.open_home("UADA")
    view = await connected.slack.wait_home("UADA")
    assert "We hold nothing about you" in json.dumps(view["blocks"])


async def test_a_workspace_that_removed_us_is_neither_heard_nor_written_to(connected: Connected):
    connected.slack.uninstall(TEAM)
    await connected.slack.wait_delivered()
    assert await connected.installed.workspaces.find(TEAM) is None


# what nobody may get through


def _headers(body: bytes, *, secret: str = SIGNING_SECRET, offset: int = 0) -> dict[str, str]:
    at = int(time.time()) + offset
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": sign(secret, body, at),
    }


def _event(words: str = "hello", **changes: object) -> bytes:
    inner = {
        "type": "message",
        "channel": "DADA",
        "user": "UADA",
        "text": words,
        "ts": "1700000000.000100",
        "channel_type": "im",
        **changes,
    }
    outer = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev01", "event": inner}
    return json.dumps(outer).encode()


async def _post(connected: Connected, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{connected.url}{PATH}", content=body, headers=headers)


async def test_a_genuine_one_gets_through(connected: Connected):
    body = _event()
    assert (await _post(connected, body, _headers(body))).status_code == 200
    assert connected.accept.texts == ["hello"]


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "wrong"},
        {"offset": -301},
        {"offset": 330},  # time goes on until it is looked at
    ],
)
async def test_a_forged_or_old_request_is_refused(connected: Connected, change: dict):
    body = _event()
    assert (await _post(connected, body, _headers(body, **change))).status_code == 401
    assert connected.accept.calls == 0


@pytest.mark.parametrize("stamp", ["abc", "", "1e9", "-5", "٣٣", "9" * 400, "1700000000.5"])
async def test_a_time_that_is_none_is_refused(connected: Connected, stamp: str):
    body = _event()
    headers = _headers(body)
    raw = {**headers, "X-Slack-Request-Timestamp": stamp}
    encoded = [(name.encode(), value.encode()) for name, value in raw.items()]
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{connected.url}{PATH}", content=body, headers=encoded)
    assert answer.status_code == 401
    assert connected.accept.calls == 0


@pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "v1=00"])
async def test_a_signature_that_is_none_is_refused(connected: Connected, signature: str):
    body = _event()
    headers = {**_headers(body), "X-Slack-Signature": signature}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{connected.url}{PATH}", content=body, headers=encoded)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{broken",
        b"[" * 5000,
        b"\xff\xfe",
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "team_id": 5, "event": {}}',
        b'{"type": "event_callback", "team_id": "T1", "event": []}',
        _event(ts="abc"),
        _event(channel="../x"),
        _event(user={"id": "U1"}),
        _event(files="x"),
        _event(files=[{"id": "../../etc"}]),
        _event(text=["x"]),
        _event(ts="9" * 400),
    ],
)
async def test_genuine_nonsense_is_refused_and_not_asked_for_again(
    connected: Connected, body: bytes
):
    answer = await _post(connected, body, _headers(body))
    assert answer.status_code in (200, 400, 401)
    assert connected.accept.calls == 0


async def test_a_body_no_event_can_have_is_refused(connected: Connected):
    body = b" " * (MAX_BODY + 1)
    assert (await _post(connected, body, _headers(body))).status_code == 413


@pytest.mark.parametrize(
    "form", [b"", b"payload=", b"payload=[]", b"payload=%7B%7D", b"payload=%ff", b"&" * 5000]
)
async def test_a_click_that_is_none_is_refused(connected: Connected, form: bytes):
    headers = {**_headers(form), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await _post(connected, form, headers)
    assert answer.status_code == 400
    assert connected.accept.calls == 0

"""What goes out to Slack: inside its limits, sent once, and what a failure means."""

import base64
import contextlib

import pytest

from channels.base import (
    AmbiguousSendError,
    CustomerGoneError,
    OutboundButton,
    OutboundMessage,
    Reconciles,
    RefusedMessageError,
    RetryLaterError,
)
from channels.slack.render import BESIDE
from kit.ids import new_id
from tests.channels.slack.conftest import Connected
from tests.fakes.slack_api import TEAM, TOKEN

HOME = f"{TEAM}/DADA"


@pytest.fixture
def open_chat(connected: Connected) -> None:
    connected.slack.team().direct("UADA")


def compose(text: str, **more) -> OutboundMessage:
    return OutboundMessage(id=str(new_id()), address=HOME, author="bot", text=text, **more)


async def deliver(connected: Connected, message: OutboundMessage) -> list[str | None]:
    return [await connected.channel.send(part) for part in connected.channel.render(message)]


pytestmark = pytest.mark.usefixtures("open_chat")


async def test_words_neither_format_nor_notify(connected: Connected):
    words = "*Hello* <!channel> <@UBEN> _you_ & ~us~ `all` https://shop.example/a?b=1&c=2."
    await deliver(connected, compose(words))
    [shown] = connected.slack.messages(user="UADA")
    assert shown.text == words
    assert shown.pings == []
    assert shown.links == ["https://shop.example/a?b=1&c=2"]
    assert "<!channel>" not in shown.fallback


async def test_many_choices_become_a_menu(connected: Connected):
    buttons = tuple(OutboundButton(f"Order {n}", f"tok{n}") for n in range(BESIDE + 1))
    await deliver(connected, compose("Which one?", buttons=buttons))
    [shown] = connected.slack.messages(user="UADA")
    [menu] = shown.buttons
    assert [option["value"] for option in menu["options"]] == [b.token for b in buttons]
    connected.slack.press("DADA", shown.ts, user="UADA", option="Order 3")
    [event] = await connected.accept.wait_for(1)
    assert event.text == "tok3"


async def test_a_picture_is_shown_and_a_link_where_slack_cannot_load_it(connected: Connected):
    picture = (("A lamp", "https://shop.example/lamp.png"),)
    await deliver(connected, compose("Look", images=picture))
    connected.slack.fail("error", value="invalid_blocks")
    await deliver(connected, compose("Look", images=picture))
    shown, linked = connected.slack.messages(user="UADA")
    assert [block["type"] for block in shown.blocks] == ["rich_text", "image"]
    assert [block["type"] for block in linked.blocks] == ["rich_text", "rich_text"]
    assert linked.links == ["https://shop.example/lamp.png"]


async def test_ten_thousand_characters_arrive_whole_and_in_order(connected: Connected):
    text = " ".join(f"word{n}&<b>" for n in range(900))
    assert len(text) > 10_000
    await deliver(connected, compose(text))
    shown = connected.slack.messages(user="UADA")
    assert " ".join(part.text for part in shown) == text
    assert not any(part.truncated for part in shown)


async def test_an_answer_to_a_thread_stays_in_it(connected: Connected):
    asked = connected.slack.dm("UADA", "and in here?")
    await deliver(connected, compose("Yes.", reply_to=asked.ts))
    [shown] = connected.slack.messages(user="UADA")
    assert shown.thread_ts == asked.ts


async def test_a_thread_that_is_gone_is_answered_beside_it(connected: Connected):
    await deliver(connected, compose("Yes.", reply_to="1600000000.000100"))
    [shown] = connected.slack.messages(user="UADA")
    assert shown.thread_ts is None


async def test_whoever_wrote_in_public_can_be_written_to(connected: Connected):
    connected.slack.team().person("UBEN")
    address = await connected.channel.private_address(f"{TEAM}:UBEN")
    assert address == f"{TEAM}/DBEN"
    assert connected.channel.private_link("p_token") is None
    with pytest.raises(CustomerGoneError):
        await connected.channel.private_address(f"{TEAM}:UNOBODY")


@pytest.mark.parametrize(
    ("fault", "value", "meaning"),
    [
        ("drop_after", None, AmbiguousSendError),
        ("garbage", None, AmbiguousSendError),
        ("status", 503, AmbiguousSendError),
        ("error_after", "fatal_error", AmbiguousSendError),
        ("ratelimited", 7, RetryLaterError),
        ("error", "invalid_auth", RetryLaterError),
        ("error", "channel_not_found", CustomerGoneError),
        ("error", "is_archived", CustomerGoneError),
        ("error", "account_inactive", CustomerGoneError),
        ("error", "restricted_action", RefusedMessageError),
    ],
)
async def test_what_a_failure_means(connected: Connected, fault: str, value, meaning: type):
    connected.slack.fail(fault, value=value)
    with pytest.raises(meaning) as raised:
        await deliver(connected, compose("Hello"))
    assert type(raised.value) is meaning
    assert TOKEN not in str(raised.value)
    if isinstance(raised.value, RetryLaterError) and fault == "ratelimited":
        assert raised.value.retry_after == 7


async def test_slack_out_of_reach_is_tried_again(connected: Connected):
    assert await connected.installed.workspaces.find(TEAM)
    await connected.slack.stop()
    with contextlib.suppress(AmbiguousSendError):  # a connection that was open is found cut
        await deliver(connected, compose("Hello"))
    with pytest.raises(RetryLaterError):
        await deliver(connected, compose("Hello"))


@pytest.mark.parametrize("fault", ["drop_after", "garbage", "error_after", "drop_before"])
async def test_a_send_of_unknown_outcome_is_found_or_known_to_be_missing(
    connected: Connected, fault: str
):
    assert isinstance(connected.channel, Reconciles)
    await deliver(connected, compose("before"))
    [part] = connected.channel.render(compose("Your refund is on its way."))
    connected.slack.fail(fault, value="fatal_error" if fault == "error_after" else None)
    with pytest.raises(AmbiguousSendError):
        await connected.channel.send(part)
    arrived = connected.slack.messages(user="UADA")[1:]
    found = await connected.channel.find_sent(part)
    assert found == (arrived[0].ts if arrived else None)
    assert bool(arrived) is (fault != "drop_before")


async def test_a_reply_in_a_thread_is_found_there(connected: Connected):
    connected.slack.channel("C0HELP")
    root = connected.slack.say("C0HELP", "UADA", "my lamp broke", mention=True)
    address = f"{TEAM}/C0HELP/{root.ts}#{TEAM}:UADA"
    message = OutboundMessage(str(new_id()), address, "bot", "I am sorry.")
    [part] = connected.channel.render(message)
    assert await connected.channel.find_sent(part) is None
    sent = await connected.channel.send(part)
    assert await connected.channel.find_sent(part) == sent
    [shown] = connected.slack.messages("C0HELP")
    assert shown.thread_ts == root.ts


async def test_looking_that_fails_is_never_taken_for_a_no(connected: Connected):
    [part] = connected.channel.render(compose("Hello"))
    for fault, value in (("ratelimited", 60), ("status", 503), ("garbage", None)):
        connected.slack.fail(fault, method="conversations.history", value=value)
        with pytest.raises(RetryLaterError):
            await connected.channel.find_sent(part)


async def test_a_page_for_signing_in_is_not_taken_for_a_file(connected: Connected):

    content = base64.b64encode(b"bytes").decode()
    done = connected.slack.upload("UADA", "lamp.png", content)
    [event] = await connected.accept.wait_for(1)
    reference = event.attachments[0].reference
    with pytest.raises(RefusedMessageError):
        await connected.channel.fetch(reference, limit=2)
    connected.slack.remove_file(reference.partition("/")[2])
    with pytest.raises(RefusedMessageError):
        await connected.channel.fetch(reference, limit=100)
    assert done.event_ids


@pytest.mark.parametrize("address", ["", "T1", "x/y/z", f"{TEAM}/D1/../x", "T1/D1#nobody"])
async def test_an_address_of_somewhere_else_is_refused(connected: Connected, address: str):
    message = OutboundMessage(str(new_id()), address, "bot", "Hello")
    [part] = connected.channel.render(message)
    with pytest.raises(RefusedMessageError):
        await connected.channel.send(part)

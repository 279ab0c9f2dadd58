"""What each kind of update becomes, and that nothing but InvalidInputError ever comes out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import EventKind, InboundEvent, Sender
from channels.telegram.parse import parse_update
from kit.errors import InvalidInputError
from tests.channels.telegram.updates import (
    ADA,
    BOT,
    GROUP,
    PRIVATE,
    mention,
    message,
    press,
    text_update,
    update,
)

OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Beep"}
FILE = {"file_id": "f", "file_unique_id": "u"}
CALL = "hi @WickBot"
CALLED: dict[str, Any] = {"chat": GROUP, "entities": mention(CALL, "@WickBot")}


def parse(data: Any) -> InboundEvent:
    [event] = parse_update(data, BOT)
    return event


def test_a_text_becomes_an_event_with_everything_the_gateway_needs():
    event = parse(text_update("Where is LL-10042?"))
    assert event == InboundEvent(
        channel="telegram",
        key="987:m:42:7",
        address="42",
        sender=Sender(account="42", display_name="Ada Weaver", handle="ada", locale=None),
        kind=EventKind.TEXT,
        text="Where is LL-10042?",
        sent_at=datetime.fromtimestamp(1_760_000_000, UTC),
        raw={"message_id": 7, "chat_type": "private"},
    )


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/start", "start", ""),
        ("/start ad-spring_1", "start", "ad-spring_1"),
        ("/privacy", "privacy", ""),
        ("/HELP", "help", ""),
        ("/human my lamp\nis broken ", "human", "my lamp\nis broken"),
        ("/stop@wickbot", "stop", ""),
        ("/restart", "restart", ""),
    ],
)
def test_commands_are_split_into_name_and_argument(text: str, name: str, argument: str):
    event = parse(text_update(text))
    assert (event.kind, event.text, event.argument) == (EventKind.COMMAND, name, argument)


@pytest.mark.parametrize("text", ['/inform{"order": "1"}', "  /restart", "/", "/a/b", "1/2"])
def test_what_only_looks_like_a_command_stays_text(text: str):
    event = parse(text_update(text))
    assert (event.kind, event.text) == (EventKind.TEXT, text)


def test_a_button_press_carries_our_token_and_its_own_key():
    first, second = parse(press(id="1")), parse(press(id="2"))
    assert (first.kind, first.text, first.address) == (EventKind.BUTTON, "tok-1", "42")
    assert first.key == parse(press(id="1")).key != second.key
    assert first.raw == {"message_id": 9, "chat_type": "private", "callback_id": "1"}
    assert first.sent_at.utcoffset() is not None


def test_a_press_on_a_message_too_old_to_be_shown_is_still_understood():
    gone = {"chat": PRIVATE, "message_id": 9, "date": 0}
    assert parse(press(message=gone)).text == "tok-1"


def test_an_edit_names_the_event_it_changes():
    original = parse(text_update("Where is LL-1?"))
    change = message(text="Where is LL-2?", edit_date=1_760_000_060)
    edited = parse(update(edited_message=change))
    again = parse({"update_id": 1002, "edited_message": change})
    assert (edited.kind, edited.text) == (EventKind.EDIT, "Where is LL-2?")
    assert edited.edits == original.key
    assert len({original.key, edited.key, again.key}) == 3
    assert edited.sent_at == datetime.fromtimestamp(1_760_000_060, UTC)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("photo", [{**FILE, "width": 1, "height": 1}]),
        ("voice", {**FILE, "duration": 1}),
        ("video", {**FILE, "width": 1, "height": 1, "duration": 1}),
        ("document", FILE),
        ("location", {"latitude": 1.5, "longitude": 2.5}),
        ("contact", {"phone_number": "1", "first_name": "A"}),
        ("dice", {"emoji": "🎲", "value": 3}),
    ],
)
def test_media_is_named_and_its_caption_kept(kind: str, content: Any):
    event = parse(update(message=message(caption="broken!", **{kind: content})))
    assert (event.kind, event.media, event.text) == (EventKind.MEDIA, kind, "broken!")
    assert "file_id" not in str(event.raw)


def test_a_sticker_without_words_is_media_with_no_text():
    sticker = {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False}
    event = parse(update(message=message(sticker={**sticker, "is_video": False})))
    assert (event.media, event.text) == ("sticker", "")


def test_group_messages_count_only_when_they_are_meant_for_us():
    text = "🔆 hello @wickbot, where is it?"
    own = message(message_id=3, text="Hi", **{"from": {**OTHER_BOT, "id": BOT.id}})
    meant = {
        "mention": text_update(text, chat=GROUP, entities=mention(text, "@wickbot")),
        "reply": text_update("and now?", chat=GROUP, reply_to_message=own),
        "command": text_update("/human@WickBot", chat=GROUP),
    }
    others = {
        "chatter": text_update("nice lamp", chat=GROUP),
        "another bot": text_update("@beep hi", chat=GROUP, entities=mention("@beep hi", "@beep")),
        "its command": text_update("/human@beep", chat=GROUP, reply_to_message=own),
        "any bot's command": text_update("/help", chat=GROUP),
    }
    assert {name: parse(data).address for name, data in meant.items()} == dict.fromkeys(
        meant, "-100123#42"
    )
    assert [parse_update(data, BOT) for data in others.values()] == [()] * len(others)


def test_a_mention_in_front_is_not_part_of_the_question():
    text = "@WickBot where is my lamp?"
    event = parse(text_update(text, chat=GROUP, entities=mention(text, "@WickBot")))
    assert event.text == "where is my lamp?"


def test_a_topic_is_part_of_the_address_and_a_chain_of_replies_is_not():
    text = "/help@WickBot"
    in_topic = {"message_thread_id": 7, "is_topic_message": True}
    assert parse(text_update(text, chat=GROUP, **in_topic)).address == "-100123/7#42"
    assert parse(text_update(text, chat=GROUP, message_thread_id=7)).address == "-100123#42"


@pytest.mark.parametrize(
    "data",
    [
        text_update("I am a bot too", **{"from": OTHER_BOT}),
        press(**{"from": OTHER_BOT}),
        update(message=message(new_chat_title="Lamps")),
        update(edited_message=message(location={"latitude": 1.5, "longitude": 2.5})),
        text_update("/help@WickBot", chat=GROUP, sender_chat=GROUP),
        update(callback_query={"id": "1", "from": ADA, "chat_instance": "1", "data": "x"}),
        update(channel_post=message(text="news")),
        update(something_from_next_year={"a": 1}),
        update(),
    ],
)
def test_what_we_do_not_listen_to_is_nothing(data: dict[str, Any]):
    assert parse_update(data, BOT) == ()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": 2**63},
        update(message=[]),
        update(message="text"),
        update(message={}),
        update(callback_query=7),
        update(message=message(text=5)),
        text_update("\0"),
        text_update("x", date="soon"),
        text_update("x", date=10**30),
        text_update("x", date=None),
        text_update("x", message_id=2**70),
        text_update("x", chat={"id": 2**80, "type": "private"}),
        text_update("x", chat={"id": "42", "type": "private"}),
        text_update("x", **{"from": {**ADA, "id": None}}),
        text_update(CALL, **CALLED, **{"from": {**ADA, "id": -1}}),
        text_update(CALL, **CALLED, is_topic_message=True, message_thread_id=-7),
        text_update("x", **{"from": {**ADA, "first_name": 3, "last_name": None}}),
        press(data=["x"]),
        press(id=""),
        press(id="9" * 500),
        update(my_chat_member={"chat": PRIVATE}),
        update(message=message(location={"latitude": float("nan"), "longitude": 2.5})),
        update(message=message(location={"latitude": 91.0, "longitude": 2.5})),
        update(business_message=message(text="x", business_connection_id="a b")),
        update(business_message=message(text="x", business_connection_id="b" * 200)),
        update(deleted_business_messages={"business_connection_id": "b", "chat": PRIVATE}),
        update(message=message(migrate_to_chat_id="soon")),
    ],
)
def test_malformed_updates_are_invalid_input(data: Any):
    with pytest.raises(InvalidInputError):
        parse_update(data, BOT)


def test_what_postgresql_cannot_store_is_taken_out_everywhere():
    sender = {**ADA, "first_name": "A\0da", "last_name": "\ud800", "username": "a\0da"}
    event = parse(text_update("be\0fore \ud83d after", **{"from": sender}))
    assert event.text == "before \ufffd after"
    assert (event.sender.display_name, event.sender.handle) == ("Ada \ufffd", "ada")
    assert parse(press(data="to\0k", id="1\0")).text == "tok"

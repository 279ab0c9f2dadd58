"""Random damage to updates: the parser gives events or InvalidInputError, nothing else."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import EventKind, InboundEvent
from channels.telegram.parse import parse_update
from channels.telegram.references import read_place
from kit.errors import InvalidInputError
from tests.channels.telegram.updates import (
    BOT,
    DELETED,
    DOCUMENT,
    GROUP,
    VENUE,
    blocked,
    mention,
    message,
    press,
    text_update,
    update,
)

NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, 2**63, -(2**63), 10**40, 0, -1]),
    st.floats(),
    st.text(st.characters(), max_size=30),
    st.sampled_from(["\0", "\ud800", "\u202eمرحبا", "👩‍👩‍👧" * 50, "/start \0x", "@WickBot", ""]),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=3), max_size=3),
)
GROUP_TEXT = "hi @WickBot, where?"
SEEDS: list[dict[str, Any]] = [
    text_update("Where is my lamp?", entities=mention("Where is", "Where")),
    text_update(GROUP_TEXT, chat=GROUP, entities=mention(GROUP_TEXT, "@WickBot")),
    text_update("more", chat=GROUP, reply_to_message=message(message_id=3, text="Hi")),
    update(edited_message=message(text="changed", edit_date=1_760_000_001)),
    update(message=message(photo=[{"file_id": "f", "file_unique_id": "u", "width": 1}])),
    press(),
    update(message=message(location={"latitude": 52.5, "longitude": 13.4})),
    update(message=message(venue=VENUE)),
    update(message=message(contact={"phone_number": "49 1", "first_name": "A", "user_id": 42})),
    update(message=message(document=DOCUMENT, caption="see")),
    update(message=message(chat=GROUP, migrate_to_chat_id=-100999)),
    update(business_message=message(text="hello", business_connection_id="biz")),
    update(edited_business_message=message(text="hi", business_connection_id="biz")),
    update(deleted_business_messages=DELETED),
    update(my_chat_member=blocked()),
]


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every place inside the value."""
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    return [here, *(place for key, item in inner for place in paths(item, (*here, key)))]


def damage(data: Any, place: tuple[Any, ...], value: Any, *, remove: bool) -> Any:
    """Return the data with one place replaced or removed."""
    if not place:
        return value
    copied = copy.deepcopy(data)
    holder = copied
    for key in place[:-1]:
        holder = holder[key]
    if remove:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return copied


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL takes the text."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def check(data: Any) -> None:
    try:
        events = parse_update(data, BOT)
    except InvalidInputError:
        return
    for event in events:
        check_event(event)


def check_event(event: InboundEvent) -> None:
    read_place(event.address)
    json.dumps(event.raw, allow_nan=False)
    assert isinstance(event.kind, EventKind)
    assert event.sent_at.utcoffset() is not None
    sender = event.sender
    texts = [event.key, event.address, event.text, event.argument, sender.account]
    texts += [part for file in event.attachments for part in (file.reference, file.name or "")]
    texts += [sender.display_name or "", sender.handle or "", sender.locale or ""]
    assert all(isinstance(text, str) and is_storable(text) for text in texts)
    assert all(len(text) < 4096 for text in (event.key, event.address))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_updates_never_surprise(data: st.DataObject):
    victim: Any = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(paths(victim)))
        victim = damage(victim, place, data.draw(NASTY), remove=data.draw(st.booleans()))
        check(victim)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=300))
def test_any_text_becomes_a_storable_event(text: str):
    check(text_update(text))


def test_a_thousand_nested_replies_do_not_hurt():
    nested = message(text="deep")
    for _ in range(5000):
        nested = message(text="x", reply_to_message=nested)
    check(update(message=nested))

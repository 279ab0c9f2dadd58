"""What every channel must do, whatever the platform. Each channel's tests inherit ChannelContract
and say, in a `stage` fixture, how a customer acts and what a customer sees there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

import pytest

from channels.base import (
    Channel,
    CustomerGoneError,
    EventKind,
    InboundEvent,
    OutboundButton,
    OutboundMessage,
    RetryLaterError,
)
from channels.registry import Registry
from channels.split import count_units
from crm.models import Message, MessageState
from gateway.bootstrap import bring_person
from gateway.delivery import Deliverer, DeliveryRules
from gateway.intake import Intake
from handoff import service as handoffs
from kit.clock import utc_now
from kit.database import Database
from kit.settings import AmbiguousSends
from tests.handoff import scenes

HOSTILE = {
    "null bytes": "be\0fore",
    "markup": "<b>bold</b> & <script>alert(1)</script> </b> &amp; <a href='x'>",
    "markdown": "*a* _b_ [c](javascript:alert(1)) `d` ~e~ |f|",
    "right to left": "\u202eهل وصلت؟ \u2066שלום\u2069",
    "emoji flood": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽" * 400,
    "combining marks": "Z" + "\u0351\u035b\u0347" * 300,
    "lone surrogate": "left \ud83d right",
    "controls": "\x01\x02\x1b[31mred\x7f\u2028line\u2029paragraph",
    "slash": "/restart",
    "long word": "x" * 9000,
    "zero width": "\u200b/restart",
}

# What one long answer may hold of everything: none of its words may be torn apart.
MIXED = """Part {n}. Your lamp is warm, and it stays warm: that is what it is for. Please read on.

- First, unplug it & wait.
- Then <b>unscrew</b> the shade; it is *light*.
- Ask us before anything_else.

```
if lamp["on"] and watts > 40:
    print("&amp; too warm", '<i>')
```

All of it is on https://example.org/care/{n}?lamp=warm&step=<{n}>#how and nowhere else.
Thank you 👩‍👩‍👧‍👦🏳️‍🌈👍🏽 from all of us {n}, naïve as we are.
هل وصلت المصابيح؟ نعم، وصلت كلها {n} شكرًا. שלום לכולם, המנורה הגיעה.
"""


@dataclass(frozen=True)
class Shown:
    """One message as the customer sees it."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()
    links: Sequence[str] = ()


class Stage(Protocol):
    """One customer on one platform."""

    @property
    def channel(self) -> Channel:
        """Our adapter, connected to the platform."""
        ...

    @property
    def address(self) -> str:
        """Where the customer is reached."""
        ...

    async def write(self, text: str) -> InboundEvent:
        """The customer writes; return the event our intake is given."""
        ...

    async def write_repeatedly(self, text: str) -> tuple[InboundEvent, InboundEvent]:
        """The customer writes once, the platform delivers twice."""
        ...

    async def press(self, token: str) -> InboundEvent:
        """The customer presses the shown button with the token."""
        ...

    async def see(self) -> list[Shown]:
        """Return what the customer was shown so far, in order."""
        ...

    async def leave(self) -> bool:
        """The customer blocks us; False where the platform knows no such thing."""
        ...

    async def slow_down(self, seconds: int) -> bool:
        """The platform asks to wait at the next send; False where it never does."""
        ...

    async def receive(self, text: str) -> tuple[int, list[InboundEvent]]:
        """The platform delivers words, however many; return our answer's status and our events."""
        ...

    async def overhear(self) -> list[InboundEvent]:
        """Return what our intake was given of what we said ourselves."""
        ...


def compose(stage: Stage, text: str, **more: Any) -> OutboundMessage:
    """Return a message of the bot to the stage's customer."""
    return OutboundMessage(id="m-1", address=stage.address, author="bot", text=text, **more)


def squeeze(text: str) -> str:
    """Return the text without blank space, which platforms trim at the edges of messages."""
    return "".join(text.split())


async def deliver(stage: Stage, message: OutboundMessage) -> list[str | None]:
    """Render and send a message as the gateway does."""
    return [await stage.channel.send(part) for part in stage.channel.render(message)]


def mix(shift: int) -> str:
    """Return more than ten thousand characters of everything, `shift` of them in front."""
    return "x" * shift + "\n" + "\n".join(MIXED.format(n=number) for number in range(22))


async def take(stage: Stage, database: Database, text: str) -> UUID:
    """Store what the customer writes, as the gateway does; return the conversation."""
    event = await stage.write(text)
    accepted = await Intake(database, max_backlog=100).accept(event)
    async with database.session() as session:
        return (await session.get_one(Message, UUID(accepted.message_id))).conversation_id


async def empty_outbox(stage: Stage, database: Database, conversation_id: UUID) -> None:
    """Send everything that waits, as the gateway does."""
    rules = DeliveryRules(3, timedelta(hours=1), 0.01, 0.02, ambiguous=AmbiguousSends.RESEND)
    deliverer = Deliverer(database, Registry(stage.channel), bring_person, rules)
    for _ in range(20):
        if await deliverer.handle(conversation_id) is None:
            return
    raise AssertionError("The outbox never empties.")


class ChannelContract:
    """Inherit, and define the fixture `stage`."""

    @pytest.fixture
    def stage(self) -> Stage:
        """The platform with one customer on it; each channel brings its own."""
        raise NotImplementedError

    async def test_a_question_comes_in_and_its_answer_goes_back(self, stage: Stage) -> None:
        event = await stage.write("Where is my lamp?")
        assert (event.kind, event.text) == (EventKind.TEXT, "Where is my lamp?")
        assert event.channel == stage.channel.name
        assert event.address == stage.address
        assert event.sender.account
        assert event.sent_at.utcoffset() is not None

        references = await deliver(stage, compose(stage, "On its way."))
        assert references
        assert [shown.text for shown in await stage.see()] == ["On its way."]

    async def test_an_event_delivered_twice_has_one_key(self, stage: Stage) -> None:
        first, again = await stage.write_repeatedly("Hello")
        assert first.key == again.key

    async def test_the_same_words_twice_are_two_events(self, stage: Stage) -> None:
        assert (await stage.write("Hello")).key != (await stage.write("Hello")).key

    async def test_rendering_is_deterministic(self, stage: Stage) -> None:
        message = compose(
            stage,
            "Lamps.\n\n" * 900,
            buttons=(OutboundButton("That helped", "tok1"),),
            links=(("Lamp care", "https://example.org/care"),),
        )
        assert stage.channel.render(message) == stage.channel.render(message)

    async def test_a_long_text_arrives_whole_and_in_order(self, stage: Stage) -> None:
        text = "\n\n".join(f"Paragraph {n}. " + f"Light {n} is warm. " * 9 for n in range(50))
        await deliver(stage, compose(stage, text))
        shown = [message.text for message in await stage.see()]
        assert squeeze("".join(shown)) == squeeze(text)
        limit = stage.channel.capabilities.max_text
        assert all(len(piece.encode("utf-16-le")) // 2 <= limit for piece in shown)

    async def test_more_than_ten_thousand_characters_arrive_whole_and_in_order(
        self, stage: Stage
    ) -> None:
        text = " ".join(f"word{number}" for number in range(1_500))
        await deliver(stage, compose(stage, text))
        shown = [message.text for message in await stage.see()]
        assert squeeze("".join(shown)) == squeeze(text)
        limit = stage.channel.capabilities.max_text
        assert all(len(piece.encode("utf-16-le")) // 2 <= limit for piece in shown)

    @pytest.mark.parametrize("shift", [0, 1, 7, 100, 1_200])
    async def test_everything_at_once_arrives_whole_with_no_word_torn_apart(
        self, stage: Stage, shift: int
    ) -> None:
        text = mix(shift)
        assert len(text) > 10_000
        await deliver(stage, compose(stage, text))
        shown = [message.text for message in await stage.see()]
        assert [word for piece in shown for word in piece.split()] == text.split()
        limit = stage.channel.capabilities.max_text
        sizes = [count_units(piece) for piece in shown]
        assert max(sizes) <= limit
        assert all(size >= limit // 2 for size in sizes[:-1])
        assert all(one + two + 2 > limit for one, two in pairwise(sizes))  # none too many

    @pytest.mark.parametrize("length", [5_000, 40_000, 1_000_000, 2_000_000])
    async def test_words_of_any_length_are_taken_whole_or_refused(
        self, stage: Stage, length: int
    ) -> None:
        text = "".join(f"word{number} " for number in range(length // 6))[:length].strip()
        status, events = await stage.receive(text)
        assert [event.text for event in events] == ([text] if status < 300 else [])
        assert status < 300 or 400 <= status < 500

    async def test_what_the_bot_composed_is_not_sent_once_a_person_has_taken_over(
        self, stage: Stage, database: Database
    ) -> None:
        conversation_id = await take(stage, database, "I want to talk to a human")
        async with database.session() as session:
            await scenes.answer(session, conversation_id, "Sent.", state=MessageState.PENDING)
            await session.commit()
        await empty_outbox(stage, database, conversation_id)

        async with database.session() as session:
            waiting = await scenes.answer(
                session, conversation_id, "Composed.", state=MessageState.PENDING
            )
            mara = await scenes.add_agent(session, "mara")
            handoff = await scenes.hand_over(session, conversation_id)
            await session.commit()
            await handoffs.claim(session, handoff.id, agent_id=mara.id, now=utc_now())
            await handoffs.reply(
                session, handoff.id, agent_id=mara.id, body="This is Mara.", client_key="k"
            )
            await session.commit()
        await empty_outbox(stage, database, conversation_id)
        assert [shown.text for shown in await stage.see()] == ["Sent.", "This is Mara."]
        async with database.session() as session:
            kept = await session.get_one(Message, waiting.id)
        assert kept.state is MessageState.DISCARDED

    async def test_what_we_say_never_comes_back_as_a_customers_words(self, stage: Stage) -> None:
        buttons = (OutboundButton("Yes", "tok-1"),)
        links = (("Lamp care", "https://example.org/care"),)
        await deliver(stage, compose(stage, "Where is my lamp?", buttons=buttons, links=links))
        assert await stage.overhear() == []

    async def test_a_platform_that_asks_to_wait_is_given_the_time(self, stage: Stage) -> None:
        await stage.write("Hello")
        if not await stage.slow_down(7):
            pytest.skip("nobody asks us to wait here")
        with pytest.raises(RetryLaterError) as raised:
            await deliver(stage, compose(stage, "Hello"))
        assert isinstance(raised.value, RetryLaterError)
        assert raised.value.retry_after is not None
        assert raised.value.retry_after >= 7
        assert await stage.see() == []

    async def test_buttons_are_shown_once_and_come_back_as_their_token(self, stage: Stage) -> None:
        buttons = (OutboundButton("That helped", "tok-1"), OutboundButton("No", "tok-2"))
        await deliver(stage, compose(stage, "word " * 2000, buttons=buttons))
        shown = await stage.see()
        assert [tuple(message.buttons) for message in shown[:-1]] == [()] * (len(shown) - 1)
        assert list(shown[-1].buttons) == [("That helped", "tok-1"), ("No", "tok-2")]

        event = await stage.press("tok-2")
        assert (event.kind, event.text) == (EventKind.BUTTON, "tok-2")
        assert event.key != (await stage.press("tok-2")).key

    async def test_too_many_and_too_long_buttons_are_cut_to_the_limits(self, stage: Stage) -> None:
        limits = stage.channel.capabilities
        many = tuple(OutboundButton("t" * 500, f"tok{n}") for n in range(limits.max_buttons + 5))
        await deliver(stage, compose(stage, "Choose", buttons=many))
        shown = (await stage.see())[-1].buttons
        assert 0 < len(shown) <= limits.max_buttons
        assert all(0 < len(title) <= limits.max_button_title for title, _ in shown)

    async def test_links_are_shown_under_the_text(self, stage: Stage) -> None:
        links = (("Lamp care", "https://example.org/care?a=1&b=<2>"),)
        await deliver(stage, compose(stage, "Read this", links=links))
        shown = (await stage.see())[-1]
        assert list(shown.links) == ["https://example.org/care?a=1&b=<2>"]
        assert shown.text.index("Read this") < shown.text.index("Lamp care")

    @pytest.mark.parametrize("kind", HOSTILE)
    async def test_hostile_text_is_shown_as_text(self, stage: Stage, kind: str) -> None:
        text = HOSTILE[kind]
        await deliver(stage, compose(stage, text))
        shown = squeeze("".join(message.text for message in await stage.see()))
        clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert shown == squeeze(clean.replace("\0", ""))

    @pytest.mark.parametrize("text", ["", " \n\t ", "\0", "\u200b"])
    async def test_nothing_to_say_is_never_refused(self, stage: Stage, text: str) -> None:
        assert len(await deliver(stage, compose(stage, text))) == len(await stage.see())

    async def test_buttons_without_words_are_still_shown(self, stage: Stage) -> None:
        buttons = (OutboundButton("Yes", "tok-1"),)
        await deliver(stage, compose(stage, "", buttons=buttons))
        assert list((await stage.see())[-1].buttons) == [("Yes", "tok-1")]

    async def test_a_customer_who_left_is_gone(self, stage: Stage) -> None:
        await stage.write("Bye")
        if not await stage.leave():
            pytest.skip("customers cannot block us here")
        with pytest.raises(CustomerGoneError):
            await deliver(stage, compose(stage, "Wait!"))

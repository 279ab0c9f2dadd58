"""The web chat's view of the log: only what reached the customer, complete pages, timely waking."""

import asyncio

import pytest
from sqlalchemy import update

from channels.base import EventKind
from crm.models import Author, Message, MessageState
from crm.queries import lock_conversation
from crm.schemas import NewButton, NewOutbound
from crm.service import append_note, append_outbound
from gateway.transcript import CrmTranscript
from kit.listener import Listener
from tests.fakes.channel import RecordingChannel
from tests.fakes.dialogue import say


@pytest.fixture
async def transcript(desk):
    desk.channel = RecordingChannel("web", exact_once=True)
    listener = Listener(desk.database.url)
    await listener.start()
    yield CrmTranscript(desk.database, listener)
    await listener.stop()


async def test_notes_and_discarded_replies_stay_inside(desk, transcript):
    conversation = await desk.say("one")
    async with desk.database.session() as session:
        await append_note(session, await lock_conversation(session, conversation), None, "psst")
        await session.commit()
    await desk.say("two")
    async with desk.database.session() as session:
        discarded = update(Message).where(Message.body == "echo: two")
        await session.execute(discarded.values(state=MessageState.DISCARDED))
        await session.commit()
    page = await transcript.read_after("chat-ada", 0)
    assert [message.text[-3:] for message in page.messages] == ["one", "one", "two"]


async def test_a_page_is_full_however_much_is_hidden(desk, transcript):
    conversation = await desk.say("one")
    async with desk.database.session() as session:
        leased = await lock_conversation(session, conversation)
        for n in range(10):
            await append_note(session, leased, None, f"note {n}")
        await session.commit()
    await desk.say("two")
    page = await transcript.read_after("chat-ada", 0, limit=3)
    assert [message.author for message in page.messages] == ["customer", "bot", "customer"]
    rest = await transcript.read_after("chat-ada", page.messages[-1].seq, limit=3)
    assert [message.text for message in rest.messages] == ["echo: two"]


async def test_a_reply_on_its_way_is_not_overtaken(desk, transcript):
    conversation = await desk.write("one")
    await desk.turns.handle(conversation)
    await desk.write("two")
    page = await transcript.read_after("chat-ada", 0)
    assert [message.text for message in page.messages] == ["one"]
    assert page.typing


async def test_the_pictures_of_an_answer_are_shown_here_and_sent_elsewhere(desk, transcript):
    sign = ["The sign", "https://shop.example/help/images/1"]
    desk.engine.answers = [say("There it hangs.", custom={"pictures": [sign]})]
    drawn = []
    render = desk.channel.render

    def note(message):
        drawn.append(message)
        return render(message)

    desk.channel.render = note
    await desk.say("where is the sign?")
    page = await transcript.read_after("chat-ada", 0)
    assert page.messages[-1].images == (tuple(sign),)
    assert drawn[-1].images == (tuple(sign),)
    assert page.messages[-1].text.endswith("There it hangs.")


async def test_a_pressed_button_shows_its_title(desk, transcript):
    desk.engine.answers = [say("Shall I?", buttons=[("Yes please", "/affirm")])]
    conversation = await desk.say("one")
    token = (await desk.outbox(conversation))[0].payload["buttons"][0]["token"]
    await desk.say(token, kind=EventKind.BUTTON)
    page = await transcript.read_after("chat-ada", 0)
    assert [message.text for message in page.messages if message.author == "customer"] == [
        "one",
        "Yes please",
    ]


async def test_a_pressed_button_shows_its_title_before_its_turn_and_never_its_token(
    desk, transcript
):
    conversation = await desk.say("one")
    async with desk.database.session() as session:
        leased = await lock_conversation(session, conversation)
        offer = NewOutbound(Author.BOT, "Shall I?", buttons=(NewButton("Yes please", "/affirm"),))
        await append_outbound(session, leased, None, offer)
        await session.commit()
    await desk.deliverer.handle(conversation)
    (*_, asked) = (await transcript.read_after("chat-ada", 0)).messages
    await desk.write(asked.buttons[0].token, kind=EventKind.BUTTON)
    await desk.write("forged-token", kind=EventKind.BUTTON)
    page = await transcript.read_after("chat-ada", asked.seq)
    assert [message.text for message in page.messages] == ["Yes please", "…"]


async def test_watchers_from_before_the_first_message_are_woken_and_forgotten(desk, transcript):
    async with transcript.watch("chat-ada") as changed:
        await desk.write("one")
        await asyncio.wait_for(changed.wait(), 5)
        changed.clear()
        await desk.write("elsewhere", account="bob")
        await asyncio.sleep(0.2)
        assert not changed.is_set()
    assert transcript._watchers == {}

"""What platforms tell about the past changes what is stored, and is never a turn."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from channels.base import Attachment, Audience, BusyError, EventKind
from crm.files.models import Attachment as Kept
from crm.models import Conversation, Episode, Identity, Message
from crm.queries import read_conversation
from gateway.files import KeptFiles
from handoff.models import Handoff
from handoff.promises.models import Promise
from handoff.promises.service import note_bot_promise
from kit.clock import utc_now
from tests.crm.files import samples


async def notice(desk, kind: EventKind, *, account="ada", address=None, **more):
    """Have the platform tell something; its key is of no matter."""
    event = desk.event("", kind=kind, account=account, address=address, **more)
    return await desk.intake.accept(event)


async def identity(desk, account="ada") -> Identity:
    async with desk.database.session() as session:
        found = select(Identity).where(Identity.account == account)
        return (await session.execute(found)).scalar_one()


async def test_words_that_were_taken_back_are_gone_and_the_answer_stays(desk):
    conversation = await desk.say("my card is 4242", key="m1")
    await notice(desk, EventKind.DELETE, edits="m1")
    [message] = await desk.inbox(conversation)
    assert (message.kind, message.body, message.state) == ("deleted", "", "answered")
    assert len(await desk.outbox(conversation)) == 1
    async with desk.database.session() as session:
        [shown, _] = await read_conversation(session, conversation)
        whole = (await session.execute(text("SELECT messages::text FROM messages"))).scalars()
        assert [row for row in whole if "'in'" in row and "4242" in row] == []
    assert (shown.deleted, shown.body) == (True, "")


async def test_what_was_taken_back_before_its_turn_is_not_answered(desk):
    conversation = await desk.write("never mind me", key="m1")
    await desk.write("where is my lamp?", key="m2")
    await notice(desk, EventKind.DELETE, edits="m1")
    await desk.turns.handle(conversation)
    assert [turn.text for turn in desk.engine.asked] == ["where is my lamp?"]
    assert [message.state for message in await desk.inbox(conversation)] == ["kept", "answered"]


async def test_what_was_taken_back_while_a_try_failed_is_not_answered(desk):
    """The try that failed has written over the state, never over the words that are gone."""
    conversation = await desk.write("hello", key="m1")
    await notice(desk, EventKind.DELETE, edits="m1")
    async with desk.database.session() as session:
        await session.execute(text("UPDATE messages SET state = 'pending', attempts = 1"))
        await session.commit()
    await desk.settle(conversation)
    [message] = await desk.inbox(conversation)
    assert (message.kind, message.state, message.body) == ("deleted", "kept", "")
    assert desk.engine.asked == []
    assert await desk.outbox(conversation) == []


async def test_files_go_with_the_message_that_brought_them(desk):
    reference = await KeptFiles(desk.database).keep(samples.PDF, channel="fake", account="ada")
    await desk.say(
        "",
        kind=EventKind.MEDIA,
        media="document",
        attachments=(Attachment("document", reference),),
        key="m1",
    )
    await notice(desk, EventKind.DELETE, edits="m1")
    async with desk.database.session() as session:
        [row] = (await session.execute(select(Kept.state, Kept.data, Kept.digest))).all()
    assert tuple(row) == ("gone", None, None)


async def test_an_edit_does_not_bring_back_what_was_taken_back(desk):
    conversation = await desk.say("my card is 4242", key="m1")
    await desk.write("my card is 4242!", kind=EventKind.EDIT, edits="m1", key="e1")
    for _ in range(2):
        await notice(desk, EventKind.DELETE, edits="m1")
    await desk.write("my card is 4242?", kind=EventKind.EDIT, edits="m1", key="e2")
    [message] = await desk.inbox(conversation)
    assert (message.body, message.payload) == ("", {})


async def test_a_deletion_of_what_we_never_saw_is_nothing(desk):
    accepted = await notice(desk, EventKind.DELETE, edits="never")
    assert accepted.message_id == ""
    async with desk.database.session() as session:
        assert (await session.execute(select(Conversation.id))).all() == []


async def test_who_blocks_us_is_unreachable_until_they_come_back(desk):
    conversation = await desk.say("hello")
    await notice(desk, EventKind.GONE)
    assert (await identity(desk)).reachable is False
    await notice(desk, EventKind.BACK)
    assert (await identity(desk)).reachable is True
    assert len(await desk.inbox(conversation)) == 1


async def test_writing_again_makes_reachable_too(desk):
    await desk.say("hello")
    await notice(desk, EventKind.GONE)
    await desk.say("I am here again")
    assert (await identity(desk)).reachable is True


@pytest.mark.parametrize("kind", [EventKind.GONE, EventKind.BACK])
async def test_a_stranger_who_blocks_us_makes_no_customer(desk, kind):
    await notice(desk, kind, account="stranger")
    async with desk.database.session() as session:
        assert (await session.execute(select(Identity.id))).all() == []


async def test_leaving_a_group_says_nothing_of_the_private_chat(desk):
    await desk.say("hello")
    await notice(desk, EventKind.GONE, address="group#ada", audience=Audience.PUBLIC)
    assert (await identity(desk)).reachable is True


async def test_a_group_that_moved_keeps_its_conversations(desk):
    ada = await desk.say("hi", address="-5#ada")
    bea = await desk.say("hi", address="-5/7#bea", account="bea")
    other = await desk.say("hi", address="-55#cleo", account="cleo")
    for _ in range(2):
        await notice(desk, EventKind.MOVED, address="-5", argument="-100")
    assert (await desk.conversation(ada)).address == "-100#ada"
    assert (await desk.conversation(bea)).address == "-100/7#bea"
    assert (await desk.conversation(other)).address == "-55#cleo"
    assert await desk.say("still me", address="-100#ada") == ada
    assert desk.channel.sent[-1][0] == "-100#ada"


async def test_a_place_is_no_pattern(desk):
    conversation = await desk.say("hi", address="ab#x")
    await notice(desk, EventKind.MOVED, address="a_", argument="c")
    await notice(desk, EventKind.MOVED, address="%", argument="c")
    assert (await desk.conversation(conversation)).address == "ab#x"


async def test_two_conversations_at_one_new_address_become_one(desk):
    old = await desk.say("first", address="-5#ada", key="m1")
    await desk.say("/want a person", address="-5#ada")
    await desk.say("I will sue you, see you in court", address="-5#ada")
    new = await desk.say("second", address="-100#ada")
    assert old != new
    waiting = await desk.write("third", address="-5#ada")
    assert waiting == old
    async with desk.database.session() as session:
        left = await session.get_one(Conversation, old)
        now = utc_now()
        await note_bot_promise(
            session, left, message_id=uuid4(), words="Soon.", due_at=now, now=now
        )
        await session.commit()
    await notice(desk, EventKind.MOVED, address="-5", argument="-100")

    inbox = await desk.inbox(new)
    assert [message.body for message in inbox if message.body in ("first", "second", "third")] == [
        *("first", "second", "third"),
    ]
    assert await desk.inbox(old) == []
    assert await desk.outbox(old) == []
    [handoff] = await desk.handoffs(new)
    assert (await desk.conversation(new)).owner == "queue"
    assert (await desk.conversation(old)).owner == "bot"
    async with desk.database.session() as session:
        numbers = select(Episode.number).where(Episode.conversation_id == new)
        assert sorted((await session.execute(numbers)).scalars()) == [1, 2]
        assert (await session.get_one(Handoff, handoff.id)).conversation_id == new
        assert await session.scalar(select(Promise.conversation_id)) == new
    # What comes late to the old address is known, and what is new there is not lost.
    await desk.write("first", address="-5#ada", key="m1")
    assert len(await desk.inbox(new)) == len(inbox)
    await desk.settle(new)
    assert [message.state for message in await desk.inbox(new)][-1] != "pending"


async def test_a_move_waits_for_a_reply_that_is_being_sent(desk):
    conversation = await desk.say("hi", address="-5#ada")
    async with desk.database.connection() as sending:
        key = {"key": str(conversation)}
        await sending.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 3))"), key)
        with pytest.raises(BusyError):
            await notice(desk, EventKind.MOVED, address="-5", argument="-100")
        await sending.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 3))"), key)
    assert (await desk.conversation(conversation)).address == "-5#ada"
    await notice(desk, EventKind.MOVED, address="-5", argument="-100")
    assert (await desk.conversation(conversation)).address == "-100#ada"


@pytest.mark.parametrize(
    "kind", [EventKind.DELETE, EventKind.GONE, EventKind.BACK, EventKind.MOVED, EventKind.EDIT]
)
async def test_a_notice_is_never_a_turn(desk, kind):
    conversation = await desk.say("hello", key="m1")
    for _ in range(2):
        await notice(desk, kind, edits="m1", argument=str(uuid4()), key="n1")
    await desk.settle(conversation)
    assert len(desk.engine.asked) == 1
    async with desk.database.session() as session:
        rows = select(Message.id).where(Message.direction == "in")
        assert len((await session.execute(rows)).all()) == 1

"""What the bot says to files: what is true, once, and in a form it goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels.base import Attachment, EventKind
from crm.care.models import RequestKind, ServiceRequest
from crm.files.models import Attachment as Kept
from crm.models import Message
from gateway.files import KeptFiles
from tests.crm.files import samples
from tests.fakes.dialogue import say


async def upload(desk, data=samples.PDF, name="bill.pdf") -> Attachment:
    reference = await KeptFiles(desk.database).keep(data, channel="fake", account="ada", name=name)
    return Attachment("document", reference, name)


async def send(desk, *files: Attachment, caption: str = ""):
    return await desk.say(caption, kind=EventKind.MEDIA, media="document", attachments=files)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (samples.picture(), "lamp.png", "Thank you for the picture."),
        (samples.PDF, "bill.pdf", "Thank you for the file."),
        (samples.FILM, "lamp.mp4", "Thank you for the video."),
        (b"ID3\x04", "a.mp3", "Thank you for the recording."),
    ],
)
async def test_a_file_is_acknowledged_for_what_it_is_and_a_person_offered(desk, data, name, words):
    conversation = await send(desk, await upload(desk, data, name))
    [reply] = await desk.outbox(conversation)
    assert reply.body.startswith(words)
    assert "myself" in reply.body
    assert [button["title"] for button in reply.payload["buttons"]] == ["Talk to a person"]
    assert desk.engine.asked == []


async def test_several_files_are_thanked_for_once(desk):
    conversation = await send(desk, await upload(desk), await upload(desk))
    await send(desk, await upload(desk))
    [reply] = await desk.outbox(conversation)
    assert reply.body.startswith("Thank you for the files.")
    assert [message.state for message in await desk.inbox(conversation)] == ["answered"] * 2


async def test_a_file_of_another_kind_is_thanked_for_too(desk):
    conversation = await send(desk, await upload(desk, samples.VOICE, "said.ogg"))
    for name in ("lamp.png", "box.png"):
        photo = await upload(desk, samples.picture(), name)
        await desk.say("", kind=EventKind.MEDIA, media="photo", attachments=(photo,))
    said = [reply.body for reply in await desk.outbox(conversation)]
    assert len(said) == 2
    assert "listen" in said[0]
    assert "picture" in said[1]


async def test_a_caption_is_what_is_answered(desk):
    conversation = await send(desk, await upload(desk), caption="is this still sold?")
    [reply] = await desk.outbox(conversation)
    assert "echo: is this still sold?" in reply.body


async def test_what_did_not_get_through_is_not_said_to_be_kept(desk):
    conversation = await send(desk, Attachment("video", "x", size=10**9))
    assert await desk.outbox(conversation) == []
    assert [message.state for message in await desk.inbox(conversation)] == ["answered"]


async def ask(desk, form: str):
    buttons = (("Scratched", '/pick_option{"option": "a"}'), ("Broken", "/deny"))
    desk.engine.answers.append(say("What is wrong with it?", loop=form, buttons=buttons))
    return await desk.say("my lamp arrived damaged")


@pytest.mark.parametrize(
    ("form", "words"),
    [("damage_form", "I will put it with your case"), ("invoice_form", "Thank you for the file")],
)
async def test_in_a_form_the_question_stays_open(desk, form, words):
    conversation = await ask(desk, form)
    await send(desk, await upload(desk))
    reply = (await desk.outbox(conversation))[-1]
    assert words in reply.body
    assert reply.body.endswith("\n\nWhat is wrong with it?")
    await desk.say("1")
    assert desk.engine.asked[-1].intent == "pick_option"


async def test_a_second_file_much_later_asks_the_same_question_again(desk):
    conversation = await ask(desk, "damage_form")
    await send(desk, await upload(desk))
    async with desk.database.session() as session:
        await session.execute(
            update(Message)
            .where(Message.direction == "out")
            .values(created_at=Message.created_at - timedelta(minutes=5))
        )
        await session.commit()
    await send(desk, await upload(desk))
    replies = await desk.outbox(conversation)
    assert len(replies) == 3
    assert replies[-1].body.count("What is wrong with it?") == 1


def request(kind: RequestKind):
    effect = {
        "type": "open_request",
        "kind": kind.value,
        "number": "RQ-00000A",
        "order_number": None,
        "details": {"what": "scratch"},
    }
    return say("Noted.", custom={"effects": [effect]})


async def stored_request(desk) -> ServiceRequest:
    async with desk.database.session() as session:
        return (await session.execute(select(ServiceRequest))).scalar_one()


async def test_files_sent_on_the_way_belong_to_the_request(desk):
    await ask(desk, "damage_form")
    await send(desk, await upload(desk), await upload(desk))
    desk.engine.answers.append(request(RequestKind.DAMAGE))
    await desk.say("a scratch on the shade")
    async with desk.database.session() as session:
        ids = (await session.execute(select(Kept.id).order_by(Kept.position))).scalars().all()
    details = (await stored_request(desk)).details
    assert details == {"what": "scratch", "files": " ".join(map(str, ids))}


async def test_a_request_that_needs_no_picture_has_none(desk):
    await send(desk, await upload(desk))
    desk.engine.answers.append(request(RequestKind.INVOICE))
    await desk.say("I need an invoice please")
    assert (await stored_request(desk)).details == {"what": "scratch"}


async def test_who_asks_to_be_forgotten_has_no_files_here_any_more(desk):
    await send(desk, await upload(desk))
    desk.engine.answers.append(request(RequestKind.FORGET_DATA))
    await desk.say("erase my data please")
    async with desk.database.session() as session:
        [row] = (await session.execute(select(Kept.state, Kept.data, Kept.name))).all()
    assert tuple(row) == ("gone", None, None)

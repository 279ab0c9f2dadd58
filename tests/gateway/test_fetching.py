"""Files are fetched once, checked, retried, and given up honestly."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels.base import Attachment as Sent
from channels.base import Audience, EventKind, RefusedMessageError, RetryLaterError
from channels.registry import Registry
from crm.files.kinds import LARGEST_FILE
from crm.files.models import Attachment
from crm.files.queries import list_waiting
from gateway.fetching import Fetcher
from gateway.files import KeptFiles
from gateway.workers import Again
from kit.clock import utc_now
from tests.crm.files import samples
from tests.fakes.channel import RecordingChannel

PHOTO = Sent("photo", "ref-photo", "lamp.jpg", "image/jpeg", 700)
VOICE = Sent("voice", "ref-voice", None, "audio/ogg")


class FilingChannel(RecordingChannel):
    """A channel whose customers send files: bytes by reference, or what it fails with."""

    def __init__(self, name: str = "fake", **options):
        super().__init__(name, **options)
        self.files: dict[str, bytes | Exception] = {
            "ref-photo": samples.picture("JPEG"),
            "ref-voice": samples.VOICE,
        }
        self.fetched: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def fetch(self, reference: str, *, limit: int) -> bytes:
        self.fetched.append(reference)
        if self.meanwhile is not None:
            await self.meanwhile()
        found = self.files.get(reference, RefusedMessageError("never was"))
        if isinstance(found, Exception):
            raise found
        return found[: limit + 1]


@pytest.fixture
def filing(desk):
    desk.channel = FilingChannel()
    return desk


def fetcher(desk) -> Fetcher:
    return Fetcher(desk.database, Registry(desk.channel), retry_base_s=0.01, retry_cap_s=0.02)


async def send(desk, *files: Sent, caption: str = "", **more):
    media = files[0].kind if files else None
    conversation = await desk.write(
        caption, kind=EventKind.MEDIA, media=media, attachments=files, **more
    )
    return conversation, (await desk.inbox(conversation))[-1].id


async def fetch_all(desk, message_id) -> None:
    while await fetcher(desk).handle(message_id) == Again(0.0):
        pass


async def rows(desk) -> list[Attachment]:
    async with desk.database.session() as session:
        found = select(Attachment).order_by(Attachment.created_at, Attachment.position)
        return list((await session.execute(found)).scalars())


async def test_bytes_are_stored_with_what_they_are(filing):
    _, message = await send(filing, PHOTO, VOICE)
    assert [row.state for row in await rows(filing)] == ["waiting", "waiting"]
    await fetch_all(filing, message)
    photo, voice = await rows(filing)
    assert (photo.state, photo.kind, photo.media_type, photo.name) == (
        *("stored", "photo", "image/jpeg", "lamp.jpg"),
    )
    assert (voice.state, voice.kind, voice.media_type, voice.name) == (
        *("stored", "voice", "audio/ogg", "voice.ogg"),
    )
    assert photo.digest
    assert voice.size == len(samples.VOICE)
    assert filing.channel.fetched == ["ref-photo", "ref-voice"]


async def test_an_event_delivered_twice_brings_its_file_once(filing):
    await send(filing, PHOTO, key="same")
    _, message = await send(filing, PHOTO, key="same")
    await fetch_all(filing, message)
    assert len(await rows(filing)) == 1


async def test_several_at_once_fetch_a_file_once(filing):
    _, message = await send(filing, PHOTO)
    filing.channel.meanwhile = lambda: asyncio.sleep(0.05)
    await asyncio.gather(*(fetcher(filing).handle(message) for _ in range(5)))
    assert filing.channel.fetched == ["ref-photo"]


async def test_a_platform_that_asks_to_wait_is_waited_for(filing):
    filing.channel.files["ref-photo"] = RetryLaterError("busy", retry_after=30)
    _, message = await send(filing, PHOTO)
    await fetch_all(filing, message)
    [row] = await rows(filing)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.retry_at is not None
    assert row.retry_at > utc_now() + timedelta(seconds=20)
    async with filing.database.session() as session:
        assert await list_waiting(session, ["fake"], among=True) == []
        await session.execute(update(Attachment).values(retry_at=utc_now()))
        await session.commit()
    async with filing.database.session() as session:
        assert await list_waiting(session, ["fake"], among=True) == [message]
        assert await list_waiting(session, ["fake"], among=False) == []
    filing.channel.files["ref-photo"] = samples.picture("JPEG")
    await fetch_all(filing, message)
    assert [row.state for row in await rows(filing)] == ["stored"]


async def test_a_defect_of_a_channel_holds_up_no_other_file(filing):
    filing.channel.files["ref-photo"] = KeyError("a defect")
    _, message = await send(filing, PHOTO, VOICE)
    await fetch_all(filing, message)
    assert [row.state for row in await rows(filing)] == ["waiting", "stored"]


async def test_a_channel_that_is_switched_off_is_waited_for_and_then_given_up(filing):
    _, message = await send(filing, PHOTO)
    filing.channel = RecordingChannel("other")
    await fetch_all(filing, message)
    assert [row.state for row in await rows(filing)] == ["waiting"]
    async with filing.database.session() as session:
        long_ago = utc_now() - timedelta(hours=7)
        await session.execute(update(Attachment).values(retry_at=None, created_at=long_ago))
        await session.commit()
    await fetch_all(filing, message)
    [row] = await rows(filing)
    assert (row.state, row.reason) == ("gone", "lost")


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        (RefusedMessageError("gone"), "gone", "lost"),
        (b"MZ\x90\x00", "refused", "kind"),
        (b"a" * (LARGEST_FILE + 2), "refused", "too_large"),
        (samples.picture("PNG")[:40], "refused", "damaged"),
        (b"", "refused", "empty"),
    ],
)
async def test_what_does_not_get_through_is_told_once(filing, found, state, reason):
    filing.channel.files.update({"ref-photo": found, "ref-voice": found})
    conversation, message = await send(filing, PHOTO, VOICE)
    await fetch_all(filing, message)
    assert [(row.state, row.reason) for row in await rows(filing)] == [(state, reason)] * 2
    [told] = await filing.outbox(conversation)
    assert told.author == "system"
    assert told.body.startswith("I am sorry")
    assert "describe in words" in told.body


async def test_where_others_read_along_nothing_is_said_of_files(filing):
    conversation, message = await send(
        filing, Sent("photo", "nowhere"), address="group#ada", audience=Audience.PUBLIC
    )
    await fetch_all(filing, message)
    assert [row.state for row in await rows(filing)] == ["gone"]
    assert await filing.outbox(conversation) == []


async def test_what_the_platform_calls_too_large_is_not_fetched(filing):
    _, message = await send(filing, Sent("video", "ref-photo", size=LARGEST_FILE + 1))
    await fetch_all(filing, message)
    assert [row.reason for row in await rows(filing)] == ["too_large"]
    assert filing.channel.fetched == []


@pytest.mark.parametrize("size", [-1, 2**40])
async def test_a_size_that_cannot_be_is_no_reason_to_lose_the_message(filing, size):
    _, message = await send(filing, Sent("video", "ref-photo", "a\0b" * 99, "x/y", size))
    assert [row.message_id for row in await rows(filing)] == [message]


async def test_an_upload_belongs_to_the_message_that_names_it(filing):
    reference = await KeptFiles(filing.database).keep(
        samples.PDF, channel="fake", account="ada", name="bill.pdf"
    )
    _, message = await send(filing, Sent("document", reference))
    [row] = await rows(filing)
    assert (row.message_id, row.state, row.name) == (message, "stored", "bill.pdf")
    assert filing.channel.fetched == []


@pytest.mark.parametrize("thief", [{"account": "eve"}, {"account": "ada", "key": "again"}])
async def test_an_upload_of_others_or_used_before_is_not_to_be_had(desk, thief):
    reference = await KeptFiles(desk.database).keep(samples.PDF, channel="fake", account="ada")
    if thief["account"] == "ada":
        await send(desk, Sent("document", reference))
    _, message = await send(desk, Sent("document", reference), **thief)
    await fetch_all(desk, message)
    stolen = [row for row in await rows(desk) if row.message_id == message]
    assert [(row.state, row.reason) for row in stolen] == [("gone", "lost")]

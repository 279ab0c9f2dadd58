"""Uploads: checked by content, bound to who sent them, forgotten when no message names them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels.ports import RefusedFileError
from crm.files import service
from crm.files.models import Attachment, AttachmentState
from gateway.files import KeptFiles
from kit.clock import utc_now
from tests.crm.files import samples


async def _rows(database):
    async with database.session() as session:
        found = select(Attachment).order_by(Attachment.created_at)
        return list((await session.execute(found)).scalars())


async def test_an_upload_is_kept_as_what_it_is(database):
    reference = await KeptFiles(database).keep(
        samples.picture("PNG") + b"<script>hurt()</script>",
        channel="web",
        account="ada",
        name="lamp.exe",
        media_type="application/x-msdownload",
    )
    [row] = await _rows(database)
    assert (row.reference, row.channel, row.account) == (reference, "web", "ada")
    assert (row.kind, row.media_type, row.name) == ("photo", "image/png", "lamp.exe.png")
    assert (row.state, row.message_id) == (AttachmentState.STORED, None)
    async with database.session() as session:
        data = (await session.execute(select(Attachment.data))).scalar_one()
    assert b"script" not in data
    assert row.size == len(data)
    assert len(reference) >= 32


async def test_sound_from_a_browser_is_no_film(database):
    await KeptFiles(database).keep(
        samples.WEBM, channel="web", account="ada", media_type="audio/webm;codecs=opus"
    )
    [row] = await _rows(database)
    assert (row.kind, row.media_type) == ("voice", "audio/webm")


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"MZ\x90", "kind"), (samples.picture("JPEG")[:300], "damaged")],
)
async def test_what_is_not_taken_is_said_and_not_kept(database, data, reason):
    with pytest.raises(RefusedFileError) as refused:
        await KeptFiles(database).keep(data, channel="web", account="ada")
    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")
    assert await _rows(database) == []


async def test_one_account_cannot_fill_the_disk_and_stops_nobody_else(database, monkeypatch):
    monkeypatch.setattr(service, "MOST_A_DAY", 2)
    files = KeptFiles(database)
    for _ in range(2):
        await files.keep(samples.PDF, channel="web", account="ada")
    with pytest.raises(RefusedFileError) as refused:
        await files.keep(samples.PDF, channel="web", account="ada")
    assert refused.value.reason == "too_many"
    await files.keep(samples.PDF, channel="web", account="bea")
    await files.keep(samples.PDF, channel="api", account="ada")


async def test_an_upload_no_message_names_is_forgotten_after_a_day(database):
    files = KeptFiles(database)
    await files.keep(samples.PDF, channel="web", account="old")
    async with database.session() as session:
        await session.execute(update(Attachment).values(created_at=utc_now() - timedelta(hours=25)))
        await session.commit()
    await files.keep(samples.PDF, channel="web", account="new")
    async with database.session() as session:
        assert await service.forget_uploads(session, now=utc_now()) == 1
        await session.commit()
    assert [row.account for row in await _rows(database)] == ["new"]

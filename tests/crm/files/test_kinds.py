"""A file is what its content says, and only what a desk can use is taken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.files.errors import FileRefusedError, Reason
from crm.files.kinds import LARGEST_FILE, recognise, tidy_name
from tests.crm.files import samples


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [
        (samples.picture("PNG"), "photo", "image/png"),
        (samples.picture("JPEG"), "photo", "image/jpeg"),
        (samples.picture("WEBP"), "photo", "image/webp"),
        (samples.moving_picture(), "photo", "image/gif"),
        (samples.VOICE, "audio", "audio/ogg"),
        (b"ID3\x04rest", "audio", "audio/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio", "audio/wav"),
        (b"\x00\x00\x00\x18ftypM4A \x00", "audio", "audio/mp4"),
        (samples.FILM, "video", "video/mp4"),
        (samples.WEBM, "video", "video/webm"),
        (b"\x00\x00\x00\x18ftypheic\x00", "document", "image/heic"),
        (samples.PDF, "document", "application/pdf"),
        (samples.ODT, "document", "application/vnd.oasis.opendocument.text"),
        ("Grüße, Ada\n".encode(), "document", "text/plain"),
    ],
)
def test_a_file_is_known_by_its_content(data: bytes, kind: str, media_type: str):
    found = recognise(data)
    assert (found.kind, found.media_type) == (kind, media_type)


def test_an_office_document_is_taken_but_not_with_macros():
    assert recognise(samples.DOCX).ending == "docx"
    with pytest.raises(FileRefusedError):
        recognise(samples.MACROS)


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"#!/bin/sh\nrm -r /",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='hurt()'/>",
        b" \n<!doctype html><script>hurt()</script>",
        "\ufeff<?xml version='1.0'?>".encode(),
        b"{\\rtf1 {\\object}}",
        samples.archive(("hurt.exe", "MZ")),
        b"OggS\x00\x02" + b"\x00" * 20 + b"\x2a\x80theora",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"Rar!\x1a\x07\x00",
        b"\x00\x01\x02\x03",
        b"caf\xe9",
    ],
)
def test_what_nobody_needs_to_send_is_refused(data: bytes):
    with pytest.raises(FileRefusedError) as refused:
        recognise(data)
    assert refused.value.reason is Reason.KIND
    assert "PDF" in refused.value.message


def test_nothing_and_too_much_are_refused_for_what_they_are():
    with pytest.raises(FileRefusedError) as empty:
        recognise(b"")
    with pytest.raises(FileRefusedError) as large:
        recognise(b"a" * (LARGEST_FILE + 1))
    assert (empty.value.reason, large.value.reason) == (Reason.EMPTY, Reason.TOO_LARGE)
    assert "20 MB" in large.value.message


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"RIFF", b"\x1aE\xdf\xa3"]))
@settings(max_examples=150, deadline=None)
def test_no_bytes_are_more_than_known_or_refused(data: bytes, beginning: bytes):
    try:
        found = recognise(beginning + data)
    except FileRefusedError:
        return
    assert found.kind in {"photo", "audio", "video", "document"}


@pytest.mark.parametrize(
    ("name", "ending", "tidied"),
    [
        ("lamp.png", "png", "lamp.png"),
        ("LAMP.JPEG", "jpg", "LAMP.jpeg"),
        ("invoice.exe", "pdf", "invoice.exe.pdf"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("C:\\orders\\list.csv", "txt", "list.csv"),
        ("run.bat", "txt", "run.bat.txt"),
        ("invoice\u202efdp.exe", "pdf", "invoicefdp.exe.pdf"),
        ('a"b<c>\r\nd.png', "png", "abcd.png"),
        ("", "ogg", "file.ogg"),
        (".png", "png", "png.png"),
        (None, "jpg", "file.jpg"),
        ("\ud83d.png", "png", "png.png"),
    ],
)
def test_a_name_is_safe_to_show_and_ends_as_its_content_does(name, ending, tidied):
    assert tidy_name(name, ending) == tidied


@given(st.one_of(st.none(), st.text(max_size=300)), st.sampled_from(["png", "txt", "pdf"]))
@settings(max_examples=150, deadline=None)
def test_no_name_breaks_a_header_or_a_folder(name: str | None, ending: str):
    tidied = tidy_name(name, ending)
    assert 0 < len(tidied) <= 130
    assert not set(tidied) & set('/\\"\r\n\0<>')
    assert tidied == tidied.strip(" .")

"""Hostile files: refused with the reason, the reader's process dies instead of ours."""

import io
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.importers import archives
from knowledge_base.importers.archives import list_members, open_archive, unpack
from knowledge_base.importers.candidates import (
    LARGEST_UPLOAD,
    MEGABYTE,
    Problem,
    UnreadableError,
)
from knowledge_base.importers.formats import read
from knowledge_base.importers.reading import UploadTooLargeError, keep_upload
from knowledge_base.importers.sandbox import Sandbox
from knowledge_base.rendering import to_html
from tests.knowledge_base.importers.samples import W, make_docx, make_zip

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def faults_of(data: bytes) -> list[str]:
    with open_archive(io.BytesIO(data)) as archive:
        return [each.reason for each in list_members(archive) if isinstance(each, Problem)]


def test_a_zip_bomb_is_refused_before_it_unpacks():
    assert "zip bomb" in faults_of(make_zip({"a.md": b"0" * 20 * MEGABYTE}))[0]


def test_a_bomb_in_a_word_file_is_refused():
    with pytest.raises(UnreadableError, match="zip bomb"):
        read(make_docx({"word/media/big.xml": b"0" * 20 * MEGABYTE}), "a.docx")


def test_an_archive_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 1000)
    with pytest.raises(UnreadableError, match="exceed"):
        open_archive(io.BytesIO(make_zip({f"{n}.md": "x" * 300 for n in range(4)})))


def test_an_archive_of_too_many_files_is_refused_before_they_are_listed():
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 3 * MEGABYTE, 0, 0)
    with pytest.raises(UnreadableError, match="more than"):
        open_archive(io.BytesIO(b"PK\x03\x04" + b"\x00" * 100 + end))
    locator = b"PK\x06\x07" + b"\x00" * 16
    with pytest.raises(UnreadableError, match="ZIP64"):
        open_archive(io.BytesIO(b"PK\x03\x04" + locator + end))


@pytest.mark.parametrize("name", ["../../etc/x.md", "/etc/x.md", "..\\x.md", "C:/x.md"])
def test_names_that_lead_out_are_refused(name: str):
    assert faults_of(make_zip({name: "words"})) == ["Its name leads out of the archive."]


def test_a_member_that_lies_about_its_size_is_refused():
    data = make_zip({"a.md": "0123456789" * 100})
    lying = data.replace(struct.pack("<L", 1000), struct.pack("<L", 10))
    assert lying != data
    with open_archive(io.BytesIO(lying)) as archive:
        (member,) = [each for each in list_members(archive) if not isinstance(each, Problem)]
        with pytest.raises(UnreadableError):
            unpack(archive, member)


def test_two_files_of_one_name_and_encrypted_ones_are_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.md", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.md", "two")
    assert faults_of(made.getvalue()) == ["The archive has two files of this name."]
    plain = bytearray(make_zip({"a.md": "x"}))
    plain[plain.rindex(b"PK\x01\x02") + 8] |= 1
    assert faults_of(bytes(plain)) == ["It is encrypted."]


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>',
    ],
)
def test_entities_in_a_word_file_are_refused(prologue: str):
    hostile = f'{prologue}<w:document xmlns:w="{W}"><w:body/></w:document>'
    for encoding in ("utf-8", "utf-16"):
        data = make_docx({"word/footer1.xml": hostile.encode(encoding)})
        with pytest.raises(UnreadableError, match="hostile XML"):
            read(data, "a.docx")


async def test_a_file_that_hangs_its_reader_costs_only_the_reader():
    async with Sandbox(seconds=60) as sandbox:
        (problem,) = (await sandbox.read(b"<div>" * 5_000, "deep.html")).problems
        assert problem.reason == "Its elements are nested too deeply."
        assert (await sandbox.read(b"# Well\n\nStill here.", "a.md")).candidates[0].title == "Well"
    async with Sandbox(seconds=0.0) as sandbox:
        (problem,) = (await sandbox.read(b"# Never in time", "slow.md")).problems
        assert "more than 0 seconds" in problem.reason


async def test_a_file_that_swells_is_refused_and_the_next_one_is_read():
    async with Sandbox(seconds=120, memory=200 * MEGABYTE) as sandbox:
        (problem,) = (await sandbox.read(b"<p>" * 400_000, "swelling.html")).problems
        assert "memory" in problem.reason
        assert (await sandbox.read(b"# Well\n\nYes.", "a.md")).candidates[0].title == "Well"


def test_front_matter_that_refers_to_itself_is_refused():
    bomb = b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\nWords."
    with pytest.raises(UnreadableError, match="front matter"):
        read(bomb, "bomb.md")


async def test_an_upload_is_cut_off_at_the_first_byte_too_many(tmp_path: Path):
    given, chunk = 0, bytes(MEGABYTE)

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += len(chunk)
            yield chunk

    with pytest.raises(UploadTooLargeError, match="100 MB"):
        await keep_upload(endless(), tmp_path / "upload")
    assert given == LARGEST_UPLOAD + MEGABYTE
    assert (tmp_path / "upload").stat().st_size <= LARGEST_UPLOAD


MARKS = st.sampled_from(
    [b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"---\n", b"question,answer\n", b"\xff\xfe", b""]
)


@QUICK
@given(MARKS, st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(mark: bytes, rest: bytes):
    words = []
    try:
        for candidate in read(mark + rest, "file").candidates:
            words += [candidate.title, candidate.body]
    except UnreadableError as error:
        words.append(str(error) or "\x00")
    assert "\x00" not in "".join(words)


@QUICK
@given(st.integers(0, 5_000), st.integers(0, 255))
def test_a_damaged_word_file_is_read_or_refused(at: int, byte: int):
    data = bytearray(make_docx())
    data[at % len(data)] = byte
    try:
        read(bytes(data), "a.docx")
    except (UnreadableError, KeyError, ValueError, IndexError, AttributeError, OSError):
        pass  # the sandbox turns every other error into words; see the test below
    else:
        assert data.startswith(b"PK")


TAGS = st.sampled_from(["script", "svg", "math", "a", "img", "style", "p", "table", "xmp", "title"])
ATTRIBUTES = st.sampled_from(
    ["onerror=alert(1)", "href=javascript:alert(1)", 'src="x"', "style='x:expression(1)'", "/", "<"]
)
PIECES = st.one_of(
    st.builds("<{} {}>".format, TAGS, ATTRIBUTES), st.builds("</{}>".format, TAGS), st.text()
)


@QUICK
@given(st.lists(PIECES, max_size=30).map("".join))
def test_hostile_html_never_leaves_markup_that_runs(page: str):
    try:
        found = read(f"<html><body>{page}</body></html>".encode(errors="ignore"), "p").candidates[0]
    except UnreadableError:
        return
    shown = to_html(found.body).lower()
    for bad in ("<script", "<svg", "<math", "<style", "<iframe", 'href="javascript'):
        assert bad not in shown

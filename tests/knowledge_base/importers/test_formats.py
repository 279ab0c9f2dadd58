"""Every kind of file is told by its content and becomes Markdown that says the same."""

import pytest

from knowledge_base.importers.candidates import Candidate, UnreadableError
from knowledge_base.importers.formats import Kind, read, tell_kind
from tests.knowledge_base.importers.samples import HTML, make_docx, make_pdf, make_zip

FAQ = "Question;Answer;Also asked;Tags\nIs it safe?;Yes.;safe at all?|any danger?;safety\n"


def only(data: bytes, name: str = "some-file.bin") -> Candidate:
    reading = read(data, name)
    assert reading.problems == ()
    (candidate,) = reading.candidates
    return candidate


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (HTML.encode(), Kind.HTML),
        (b"<p>only a piece</p>", Kind.HTML),
        (b"# A heading\n\nWords <b>here</b>.", Kind.MARKDOWN),
        (b"Just words, and more; words.", Kind.MARKDOWN),
        (FAQ.encode(), Kind.TABLE),
        (make_docx(), Kind.DOCX),
        (make_pdf([(12, "Words")]), Kind.PDF),
        (make_zip({"a.md": "# A\n\nB"}), Kind.ARCHIVE),
    ],
)
def test_content_not_the_name_tells_the_kind(data: bytes, kind: Kind):
    assert tell_kind(data) is kind


def test_html_keeps_its_main_content():
    found = only(HTML.encode())
    assert found.title == "Care for a shade"
    assert found.fields == {"language": "de"}
    assert found.canonical == "https://shop.example.org/care"
    for kept in (
        "Dust **weekly**",
        "## Steps",
        "1. Unplug it.\n2. Wipe it.",
        "- Linen\n  - dry only",
        "| Cloth | Water |\n| --- | --- |\n| Silk | never |",
        "A folded shade",
    ):
        assert kept in found.body
    for dropped in ("Menu", "Imprint", "alert", "javascript", "elsewhere", "<"):
        assert dropped not in found.body


def test_html_links_are_complete_when_the_address_is_known():
    found = read(HTML.encode(), "page", address="https://shop.example.org/care?x=1").candidates[0]
    assert "[our tips](https://shop.example.org/tips)" in found.body


def test_docx_keeps_headings_lists_tables_and_links():
    found = only(make_docx())
    assert found.title == "Hanging a lamp"
    assert "## Before you start" in found.body
    assert "[the guide](https://shop.example.org/guide)" in found.body
    assert "Switch off the fuse." in found.body
    assert "| Hook | 5 kg |" in found.body


def test_pdf_keeps_headings_lists_and_links():
    link = "/Annots [<< /Subtype /Link /A << /S /URI /URI (https://shop.example.org/w) >> >>]"
    lines = [(24, "Warranty"), (11, "Five years on frames."), (11, "Two years on cloth.")]
    lines += [(16, "What to send"), (11, "- the receipt"), (11, "- a picture")]
    found = only(make_pdf(lines, extra=link))
    assert found.title == "Warranty"
    assert "Five years on frames." in found.body
    assert "## What to send" in found.body
    assert "- the receipt\n- a picture" in found.body
    assert "<https://shop.example.org/w>" in found.body


def test_faq_tables_make_articles_with_phrasings():
    rows = FAQ + "Will it hurt me?;Yes.;;\nHow heavy?;;;\nHow tall?;30 cm;;\n"
    reading = read(rows.encode(), "faq.csv")
    first, second = reading.candidates
    assert (first.title, first.body) == ("Is it safe?", "Yes.")
    asked = ["safe at all?", "any danger?", "Will it hurt me?"]
    assert first.fields == {"asked_as": asked, "tags": ["safety"]}
    assert second.title == "How tall?"
    assert [problem.name for problem in reading.problems] == ["faq.csv, row 4"]


def test_markdown_title_comes_from_front_matter_heading_or_name():
    front = only(b"---\ntitle: From above\ntags: [a]\nlayout: post\n---\n# Inside\n\nText.")
    assert (front.title, front.body) == ("From above", "# Inside\n\nText.")
    assert front.fields["tags"] == ["a"]
    heading = only(b"# One **bold**\n\nText.\n\n# Two\n\n```\n# no heading\n```")
    assert (heading.title, heading.body[:13]) == ("One bold", "Text.\n\n## Two")
    assert "\n# no heading" in heading.body
    assert only(b"One\n===\n\nText.").title == "One"
    assert only(b"Text only.", "folder/how-to_wash.md").title == "How to wash"


def test_pictures_from_elsewhere_stay_as_their_words():
    ours = "![ours](/help/images/0190a6c2-7b1e-7c3a-9d55-0123456789ab)"
    found = only(f"# T\n\n![a lamp](https://x.example/t.gif 'x') and {ours}".encode())
    assert found.body == f"a lamp and {ours}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_told(encoding: str):
    text = "# Grüße\n\nDie Lampe kostet 30 €, für Größe „M“ und übrige Maße gälte Ähnliches."
    assert only(text.encode(encoding)).body == text.split("\n\n")[1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"words\x00words", "null bytes"),
        (b"\x01\x02\x03\x04\x05 words", "control characters"),
        (b"\xff\xfe\x00", "damaged"),
        (bytes(range(128, 256)) * 40, "encoding"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"),
        (b"{\\rtf1 words}", "RTF"),
        (b"\x1f\x8b\x08....", "gzip"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", "sitemap"),
        (b"---\ntitle: [\n---\nWords", "front matter"),
        (make_zip({"xl/workbook.xml": "<a/>"}), "Excel"),
        (make_zip({"a.md": "words"}), "archive inside"),
        (make_pdf([]), "no text"),
        (b"%PDF-1.4\nnothing of the kind", "damaged"),
        (b"PK\x03\x04 no archive", "damaged"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(data: bytes, reason: str):
    with pytest.raises(UnreadableError, match=reason):
        read(data, "file")

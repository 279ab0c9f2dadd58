"""Which reader a file needs, told by its content and never by its name. Runs in the sandbox."""

import io
import re
from collections.abc import Callable
from enum import StrEnum

from knowledge_base.importers.archives import open_archive
from knowledge_base.importers.candidates import (
    LARGEST_DOCUMENT,
    MEGABYTE,
    Reading,
    UnreadableError,
)
from knowledge_base.importers.encodings import decode
from knowledge_base.importers.faq_tables import find_delimiter, read_faq_table
from knowledge_base.importers.html import read_html
from knowledge_base.importers.markdown import read_markdown


class Kind(StrEnum):
    """What a file is."""

    MARKDOWN = "Markdown"
    HTML = "HTML"
    TABLE = "CSV"
    DOCX = "DOCX"
    PDF = "PDF"
    ARCHIVE = "ZIP"


_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "It is an old Word or Excel file. Please save it as DOCX or CSV."),
    (b"{\\rtf", "It is RTF. Please save it as DOCX."),
    (b"\x1f\x8b", "It is packed with gzip. Please use ZIP."),
    (b"7z\xbc\xaf", "It is a 7z archive. Please use ZIP."),
    (b"Rar!", "It is a RAR archive. Please use ZIP."),
    (b"\x89PNG", "It is a picture. Pictures are added in the editor."),
    (b"\xff\xd8\xff", "It is a picture. Pictures are added in the editor."),
    (b"GIF8", "It is a picture. Pictures are added in the editor."),
    (b"RIFF", "It is a picture or a sound. Pictures are added in the editor."),
    (b"\x7fELF", "It is a program."),
    (b"MZ", "It is a program."),
)
_OFFICE = {
    "xl/workbook.xml": "It is an Excel workbook. Please save the sheet as CSV.",
    "ppt/presentation.xml": "It is a presentation. Please save it as PDF.",
    "mimetype": "It is an OpenDocument or e-book file. Please save it as DOCX or PDF.",
}
_HTML = re.compile(
    r"<(!doctype\s+html|html|head|body|main|article|section|div|h[1-6]|p|table|ul|ol|script|svg)\b",
    re.IGNORECASE,
)
_XML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(urlset|sitemapindex|rss|feed)\b", re.DOTALL
)


def read(data: bytes, name: str, *, address: str | None = None) -> Reading:
    """Return what one file gives. Raises UnreadableError with the reason for the person."""
    if len(data) > LARGEST_DOCUMENT:
        raise UnreadableError(f"It is larger than {LARGEST_DOCUMENT // MEGABYTE} MB.")
    kind = tell_kind(data)
    if kind is Kind.PDF:
        from knowledge_base.importers.pdf import read_pdf  # noqa: PLC0415  slow to load

        return read_pdf(data, name)
    if kind is Kind.DOCX:
        from knowledge_base.importers.docx import read_docx  # noqa: PLC0415  slow to load

        return read_docx(data, name)
    if kind is Kind.ARCHIVE:
        raise UnreadableError("An archive inside an archive is not taken.")
    if kind is Kind.HTML:
        return read_html(decode(data), name, address=address)
    readers: dict[Kind, Callable[[str, str], Reading]] = {
        Kind.TABLE: read_faq_table,
        Kind.MARKDOWN: read_markdown,
    }
    return readers[kind](decode(data), name)


def tell_kind(data: bytes) -> Kind:
    """Return what the bytes are. Raises UnreadableError for what is not taken."""
    if not data.strip():
        raise UnreadableError("It is empty.")
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _tell_archive(data)
    for mark, reason in _FOREIGN:
        if data.startswith(mark):
            raise UnreadableError(reason)
    return _tell_text(decode(data))


def _tell_archive(data: bytes) -> Kind:
    with open_archive(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    for name, reason in _OFFICE.items():
        if name in names:
            raise UnreadableError(reason)
    return Kind.DOCX if "word/document.xml" in names else Kind.ARCHIVE


def _tell_text(text: str) -> Kind:
    start = text.lstrip("\ufeff \n\t")
    if _XML.match(start[:10_000]):
        raise UnreadableError("It is a sitemap or feed. Please import its address instead.")
    if start.startswith("<") and _HTML.search(start[:10_000]):
        return Kind.HTML
    if not start.startswith("---\n") and find_delimiter(text) is not None:
        return Kind.TABLE
    return Kind.MARKDOWN

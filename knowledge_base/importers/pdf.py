"""Reads PDFs: text, headings by the size of the letters, lists, links. Called by formats."""

import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from knowledge_base.importers.candidates import Candidate, Reading, UnreadableError
from knowledge_base.importers.markdown import title_from_name

MOST_PAGES = 500
_ITEM = re.compile(r"[•●▪‣◦·–-]\s+(?=\S)")
_STEP = re.compile(r"\d{1,3}[.)]\s+\S")
_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float


def read_pdf(data: bytes, name: str) -> Reading:
    """Return one candidate. Raises UnreadableError."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("It is protected by a password.")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableError(f"It has more than {MOST_PAGES} pages.")
        lines = [line for page in reader.pages for line in _lines(page)]
        links = _links(reader.pages)
        said = str((reader.metadata and reader.metadata.title) or "").strip()
    except UnreadableError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as cause:
        raise UnreadableError("The PDF is damaged.") from cause
    if not any(line.text.strip() for line in lines):
        raise UnreadableError("It holds no text: scanned pages need text recognition first.")
    title, body = _compose(lines, links)
    title = title or said or title_from_name(name)
    return Reading((Candidate(name=name, title=title[:300], body=body or title),))


def _lines(page: PageObject) -> list[_Line]:
    """The page's lines with the size of their largest letters; an empty one where a gap is."""
    found: list[_Line] = []
    text, size = "", 0.0

    def visit(piece: str, _cm: Any, matrix: list[float], _font: Any, height: float) -> None:
        nonlocal text, size
        if piece.strip():
            size = max(size, abs(height * (matrix[3] or matrix[0] or 1)))
        *whole, rest = (text + piece).split("\n")
        for line in whole:
            found.append(_Line(" ".join(line.replace("\x00", "").split()), size))
        if whole:
            size = size if rest.strip() else 0.0
        text = rest

    page.extract_text(visitor_text=visit)
    found.append(_Line(" ".join(text.replace("\x00", "").split()), size))
    return found


def _compose(lines: list[_Line], links: list[str]) -> tuple[str, str]:
    letters = Counter[float]()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    body_size = letters.most_common(1)[0][0]
    largest = max(line.size for line in lines if line.text)
    title, blocks = "", list[str]()
    apart = True
    for line in lines:
        if not line.text:
            apart = True
            continue
        heading = line.size > body_size * 1.12 and len(line.text) <= _LONGEST_HEADING
        if heading and not title and not blocks and line.size >= largest * 0.99:
            title = line.text
        elif heading:
            blocks.append(f"## {_escape(line.text)}")
        elif _ITEM.match(line.text):
            blocks.append("- " + _escape(_ITEM.sub("", line.text, count=1)))
        elif _STEP.match(line.text):
            blocks.append(_escape(line.text))
        elif blocks and not apart and not blocks[-1].startswith("## "):
            blocks[-1] = _join(blocks[-1], _escape(line.text))
        else:
            blocks.append(_escape(line.text))
        apart = heading
    blocks += [f"- <{link}>" for link in links]
    return title, _lay_out(blocks)


def _escape(text: str) -> str:
    """Letters of the PDF that would be signs of Markdown."""
    return re.sub(r"([*_`\[\]<>\\])", r"\\\1", text)


def _join(before: str, line: str) -> str:
    """A word that was cut at the line's end is one word again."""
    if re.search(r"[a-zäöüß]-$", before) and line[:1].islower():
        return before[:-1] + line
    return f"{before} {line}"


def _lay_out(blocks: Iterable[str]) -> str:
    text, before_is_item = "", False
    for block in blocks:
        is_item = block.startswith("- ") or bool(_STEP.match(block))
        gap = "\n" if is_item and before_is_item else "\n\n"
        text, before_is_item = (text + gap + block if text else block), is_item
    return text


def _links(pages: Iterable[PageObject]) -> list[str]:
    """Where the document's links lead, once each; their words stay in the text."""
    found: dict[str, None] = {}
    for page in pages:
        for reference in page.get("/Annots") or ():
            note = reference.get_object()
            action = note.get("/A") if hasattr(note, "get") else None
            target = str(action.get_object().get("/URI") or "") if action is not None else ""
            if re.fullmatch(r"(https?://|mailto:)[^\s<>()\\]{1,1000}", target):
                found[target] = None
    return list(found)

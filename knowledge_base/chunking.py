"""Cuts Markdown into passages of about ninety words along headings, lists and sentences. Pure.

Called by knowledge_base.service when a version is embedded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

TARGET_WORDS = 90

_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MARKS = re.compile(r"\*\*|__|`|^ {0,3}>\s?|^ {0,3}#{1,6}\s+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage in its article: the heading it stands under and its Markdown."""

    heading: str
    text: str


def cut(markdown: str, *, target: int = TARGET_WORDS) -> tuple[Piece, ...]:
    """Every word of the body once and in order; no piece spans two headings."""
    return tuple(
        Piece(heading, text)
        for heading, lines in _sections(markdown)
        for text in _pack(_blocks(lines), target)
    )


def text_to_embed(title: str, piece: Piece) -> str:
    """A passage as the encoder reads it: what it is about first, without Markdown signs."""
    about = ". ".join(part for part in (title, piece.heading) if part)
    return f"{about}\n{plain_text(piece.text)}"


def plain_text(markdown: str) -> str:
    """Markdown as a person would write it in a chat: links by their words, no signs."""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown)).strip()


def _sections(markdown: str) -> Iterator[tuple[str, list[str]]]:
    heading, lines, fenced = "", list[str](), False
    for line in markdown.splitlines():
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        yield heading, lines
        heading, lines = plain_text(found.group(1)), []
    yield heading, lines


def _blocks(lines: list[str]) -> list[str]:
    """Paragraphs, list items and fenced blocks; a list item keeps its continuation lines."""
    blocks: list[list[str]] = []
    apart, fenced = True, False
    for line in lines:
        if not line.strip() and not fenced:
            apart = True
            continue
        starts_item = bool(_ITEM.match(line)) and not fenced
        continues_item = apart and line.startswith(("  ", "\t")) and bool(blocks)
        if not blocks or starts_item or (apart and not continues_item and not fenced):
            blocks.append([])
        blocks[-1].append(line.rstrip())
        fenced ^= bool(_FENCE.match(line))
        apart = False
    return ["\n".join(block) for block in blocks]


def _pack(blocks: list[str], target: int) -> Iterator[str]:
    """Fill pieces up to the target; a block that alone is too long is cut at sentences.

    A short rest stays with the piece before it: alone it would say little and be quoted as if it
    said all.
    """
    pieces: list[list[str]] = []
    for block in (part for whole in blocks for part in _shorten(whole, target)):
        if not pieces or _words(block) + sum(map(_words, pieces[-1])) > target:
            pieces.append([])
        pieces[-1].append(block)
    if len(pieces) > 1 and sum(map(_words, pieces[-1])) <= target // 3:
        rest = pieces.pop()
        pieces[-1] += rest
    return map(_join, pieces)


def _shorten(block: str, target: int) -> Iterator[str]:
    if _words(block) <= target or _FENCE.match(block) or block.lstrip().startswith("|"):
        yield block
        return
    held: list[str] = []
    for sentence in _SENTENCE_END.split(block):
        if held and len(" ".join([*held, sentence]).split()) > target:
            yield " ".join(held)
            held = []
        held.append(sentence)
    yield " ".join(held)


def _join(blocks: list[str]) -> str:
    """List items follow each other closely; everything else is set apart."""
    text = blocks[0]
    for before, block in pairwise(blocks):
        close = _ITEM.match(before) and _ITEM.match(block)
        text += ("\n" if close else "\n\n") + block
    return text


def _words(text: str) -> int:
    return len(text.split())

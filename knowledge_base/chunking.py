"""Cuts Markdown into passages of about ninety words along headings, lists, tables and sentences.

Pure. Called by knowledge_base.service when a version is embedded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

TARGET_WORDS = 90
STEPS_WORDS = 2 * TARGET_WORDS
"""Numbered steps belong together: up to this length they are not torn apart."""

_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_QUESTION = re.compile(r"^ {0,3}(\*\*|__)(?P<words>[^*_]+\?)\s*\1\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+")
_STEP = re.compile(r"^\s*\d{1,9}[.)]\s+")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_ROW = re.compile(r"^ {0,3}\|")
_RULE = re.compile(r"^ {0,3}\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MARKS = re.compile(r"\*\*|__|`|^ {0,3}>\s?|^ {0,3}#{1,6}\s+", re.MULTILINE)
# One star or underscore around words; not a bullet, a multiplication or a snake_case name.
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*_])")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage in its article: the heading it stands under and its Markdown."""

    heading: str
    text: str


def cut(markdown: str, *, target: int = TARGET_WORDS) -> tuple[Piece, ...]:
    """Every word of the body once and in order; no piece spans two headings or two questions.

    Only a table that goes on in another piece says its header row again.
    """
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
    marked = _MARKS.sub("", _LINK.sub(r"\1", markdown))
    return _EMPHASIS.sub(r"\2", marked).strip()


def split_sentences(text: str) -> list[str]:
    """The sentences and lines of a text, in order, none of them empty."""
    lines = (line for line in text.splitlines() if line.strip())
    return [part for line in lines for part in _SENTENCE_END.split(line.strip())]


def _sections(markdown: str) -> Iterator[tuple[str, list[str]]]:
    """A question in bold on a line of its own is a heading: its answer stays with it."""
    heading, lines, fenced = "", list[str](), False
    for line in markdown.splitlines():
        fenced ^= bool(_FENCE.match(line))
        words = None if fenced else _heading_of(line)
        if words is None:
            lines.append(line)
            continue
        yield heading, lines
        heading, lines = plain_text(words), []
    yield heading, lines


def _heading_of(line: str) -> str | None:
    if found := _HEADING.match(line):
        return found.group(1)
    question = _QUESTION.match(line)
    return question.group("words") if question else None


def _blocks(lines: list[str]) -> list[str]:
    """Paragraphs, list items, tables and fenced blocks; an item keeps its continuation lines."""
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
    """Fill pieces up to the target; a block that alone is too long is cut at rows or sentences.

    A short rest stays with the piece before it: alone it would say little and be quoted as if it
    said all.
    """
    pieces: list[list[str]] = []
    for unit in _units(blocks):
        for part in [unit] if len(unit) > 1 else [[each] for each in _shorten(unit[0], target)]:
            length = sum(map(_words, part))
            if not pieces or length + sum(map(_words, pieces[-1])) > target:
                pieces.append([])
            pieces[-1] += part
    if len(pieces) > 1 and sum(map(_words, pieces[-1])) <= target // 3:
        rest = pieces.pop()
        pieces[-1] += rest
    return map(_join, pieces)


def _units(blocks: list[str]) -> Iterator[list[str]]:
    """Blocks one by one, but the steps of one numbered list together when they are not too long."""
    steps: list[str] = []
    for block in [*blocks, ""]:
        if block and _STEP.match(block):
            steps.append(block)
            continue
        if len(steps) > 1 and sum(map(_words, steps)) <= STEPS_WORDS:
            yield steps
        else:
            yield from ([step] for step in steps)
        steps = []
        if block:
            yield [block]


def _shorten(block: str, target: int) -> Iterator[str]:
    if _words(block) <= target or _FENCE.match(block):
        yield block
    elif _ROW.match(block):
        yield from _cut_table(block.splitlines(), target)
    else:
        yield from _gather(_SENTENCE_END.split(block), " ", target)


def _cut_table(rows: list[str], target: int) -> Iterator[str]:
    """Between rows only; every piece begins with the header row, and a short rest is none."""
    has_header = len(rows) > 1 and bool(_RULE.match(rows[1]))
    header, body = (rows[:2], rows[2:]) if has_header else ([], rows)
    room = max(target - _words("\n".join(header)), 1)
    parts = list(_gather(body, "\n", room))
    if len(parts) > 1 and _words(parts[-1]) <= target // 3:
        parts[-2:] = ["\n".join(parts[-2:])]
    for part in parts:
        yield "\n".join([*header, part])


def _gather(parts: list[str], between: str, target: int) -> Iterator[str]:
    held: list[str] = []
    for part in parts:
        if held and _words(between.join([*held, part])) > target:
            yield between.join(held)
            held = []
        held.append(part)
    yield between.join(held)


def _join(blocks: list[str]) -> str:
    """List items follow each other closely; everything else is set apart."""
    text = blocks[0]
    for before, block in pairwise(blocks):
        close = _ITEM.match(before) and _ITEM.match(block)
        text += ("\n" if close else "\n\n") + block
    return text


def _words(text: str) -> int:
    return len(text.split())

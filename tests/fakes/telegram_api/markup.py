"""Telegram's HTML: checks it as strictly as the Bot API does and returns what the reader sees."""

import html
import re
from typing import Any

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_TOKEN = re.compile(r"<|&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot);")
_START = re.compile(
    r"""<([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*>"""
)
_END = re.compile(r"</([a-zA-Z][a-zA-Z0-9-]*)?\s*>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


class MarkupError(Exception):
    """The text cannot be parsed; the words are the Bot API's."""


def count_units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the visible text and its entities.

    Errors: MarkupError for an unknown, unbalanced or broken tag.
    """
    visible: list[str] = []
    entities: list[dict[str, Any]] = []
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    position = offset = 0
    while position < len(source):
        match = _TOKEN.search(source, position)
        end = match.start() if match else len(source)
        visible.append(source[position:end])
        offset += count_units(source[position:end])
        if match is None:
            break
        if match[0] != "<":
            character = html.unescape(match[0])
            visible.append(character)
            offset += count_units(character)
            position = match.end()
        elif source.startswith("</", end):
            position = _close(source, end, open_tags, entities, offset)
        else:
            position = _open(source, end, open_tags, offset)
    if open_tags:
        raise MarkupError(f'can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(visible), sorted(entities, key=lambda entity: entity["offset"])


def _open(
    source: str, at: int, open_tags: list[tuple[str, int, dict[str, str]]], offset: int
) -> int:
    match = _START.match(source, at)
    if match is None:
        raise MarkupError(f'unsupported start tag "" at byte offset {_byte(source, at)}')
    name = match[1].lower()
    attributes = {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(match[2])
    }
    if name not in _TAGS or (name == "span" and attributes.get("class") != "tg-spoiler"):
        raise MarkupError(f'unsupported start tag "{name}" at byte offset {_byte(source, at)}')
    open_tags.append((name, offset, attributes))
    return match.end()


def _close(
    source: str,
    at: int,
    open_tags: list[tuple[str, int, dict[str, str]]],
    entities: list[dict[str, Any]],
    offset: int,
) -> int:
    match = _END.match(source, at)
    where = _byte(source, at)
    if match is None or not open_tags:
        raise MarkupError(f"unexpected end tag at byte offset {where}")
    name, start, attributes = open_tags.pop()
    if match[1] and match[1].lower() != name:
        raise MarkupError(
            f'unmatched end tag at byte offset {where}, expected "</{name}>", found "{match[0]}"'
        )
    entity = {"type": _TAGS[name], "offset": start, "length": offset - start}
    if name == "a":
        url = attributes.get("href", "")
        if not re.match(r"(https?|tg|mailto):", url):
            return match.end()  # Telegram drops a link it does not like and keeps the words
        entity["url"] = url
    if entity["length"]:
        entities.append(entity)
    return match.end()


def _byte(source: str, at: int) -> int:
    return len(source[:at].encode("utf-8", "surrogatepass"))

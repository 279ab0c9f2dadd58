"""What people see of a message: mrkdwn unescaped, links, pings and buttons found in it.

The other way too: what a customer types, as Slack writes it into an event.
"""

import re
from typing import Any

_ANGLE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_BARE_URL = re.compile(r"https?://[^\s<>|]+")
_EMOJI = {
    "👍": ":+1:",
    "❤️": ":heart:",
    "😀": ":grinning:",
    "🙂": ":slightly_smiling_face:",
    "😡": ":rage:",
    "🙏": ":pray:",
}
_TYPED_LINK = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)|(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)])"
    r"|(?<![\w@.-])(?P<bare>(?:[a-z0-9-]+\.)+(?:com|net|org|example))(?![\w.-])"
)
CLICKABLE = frozenset(["button", "static_select", "overflow", "radio_buttons", "checkboxes"])


def escape(text: str) -> str:
    """Return the three characters Slack escapes, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return them as people see them."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_typed(text: str) -> str:
    """Return what a customer typed the way Slack puts it into an event.

    Escaped, addresses and links in angle brackets, emoji by their names.
    """
    for emoji, name in _EMOJI.items():
        text = text.replace(emoji, name)
    parts, end = [], 0
    for match in _TYPED_LINK.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(_link(match))
        end = match.end()
    return "".join(parts) + escape(text[end:])


def _link(match: re.Match[str]) -> str:
    words = escape(match[0])
    if match["mail"]:
        return f"<mailto:{words}|{words}>"
    return f"<http://{words}|{words}>" if match["bare"] else f"<{words}>"


def show(mrkdwn: str) -> str:
    """Return mrkdwn as people read it."""

    def visible(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target[0] in "@#!":
            return f"{'#' if target[0] == '#' else '@'}{label or target[1:]}"
        return label or target.removeprefix("mailto:")

    return unescape(_ANGLE.sub(visible, mrkdwn))


def find_links(mrkdwn: str) -> list[str]:
    """Return the addresses a text links to, bare ones too."""
    angled = [m[1] for m in _ANGLE.finditer(mrkdwn) if m[1][0] not in "@#!"]
    bare = _BARE_URL.findall(_ANGLE.sub(" ", mrkdwn))
    return [unescape(link) for link in angled + bare]


def find_pings(mrkdwn: str) -> list[str]:
    """Return who would be notified: user ids, and `!channel`, `!here`, `!everyone`."""
    return [m[1].split("^")[0] for m in _ANGLE.finditer(mrkdwn) if m[1][0] in "@!"]


def texts(blocks: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Return every text of the blocks in reading order, and whether it is mrkdwn."""
    found: list[tuple[str, bool]] = []
    for block in blocks:
        match block.get("type"):
            case "section":
                found += [_text(one) for one in [block.get("text"), *block.get("fields", [])]]
            case "header":
                found.append(_text(block["text"]))
            case "markdown":
                found.append((block["text"], True))
            case "context":
                found += [_text(one) for one in block["elements"] if one["type"] != "image"]
            case "rich_text":
                found.append((_rich_text(block), False))
    return [(words, marked) for words, marked in found if words]


def _rich_text(block: dict[str, Any]) -> str:
    """Return what people read of rich text, where nothing is markup."""
    inline = [one for part in block["elements"] for one in part["elements"]]
    return "".join(str(one.get("text") or one.get("url") or "") for one in inline)


def _rich_links(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the addresses that rich text links to."""
    inline = [
        one
        for block in blocks
        if block.get("type") == "rich_text"
        for part in block["elements"]
        for one in part["elements"]
    ]
    return [one["url"] for one in inline if one["type"] == "link"]


def _text(value: Any) -> tuple[str, bool]:
    return (value["text"], value["type"] == "mrkdwn") if value else ("", False)


def describe(fallback: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return text, links, pings and buttons of a message as people see it."""
    shown = texts(blocks) or [(fallback, True)]
    marked = [words for words, is_marked in shown if is_marked]
    return {
        "text": "\n".join(show(words) if is_marked else words for words, is_marked in shown),
        "links": [link for words in marked for link in find_links(words)]
        + _rich_links(blocks)
        + [b["image_url"] for b in blocks if b.get("type") == "image" and "image_url" in b],
        "pings": [ping for words in marked for ping in find_pings(words)],
        "buttons": list(find_buttons(blocks)),
    }


def find_buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all that can be clicked, each with the block_id it is in."""
    found = []
    for number, block in enumerate(blocks):
        elements = block.get("elements", []) if block.get("type") == "actions" else []
        for element in [*elements, block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and element.get("type") in CLICKABLE:
                found.append({**element, "block_id": block.get("block_id") or f"b{number}"})
    return found

"""Slack's markup and the words people typed, both ways. Used by parse, render and home.

What a customer types arrives dressed up: addresses and links in angle brackets, `&`, `<` and `>`
escaped, emoji by their names. All of it is undone before anybody reads it.
"""

import re

import emoji

_ANGLE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_NAMED_EMOJI = re.compile(r":[a-z0-9_+'-]{1,60}:(?::skin-tone-([2-6]):)?")
_UNSEEN = "\0"
# Where Slack names an emoji otherwise than the rest of the world.
_NAMES = {":rage:": "😡", ":grinning:": "😀", ":heart:": "❤️", ":slightly_smiling_face:": "🙂"}


def as_plain(text: str, bot_user: str | None = None) -> str:
    """Return the words that were typed, without a mention of ourselves."""

    def typed(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if bot_user and target == f"@{bot_user}":
            return ""
        if target[0] in "@!":
            return f"@{label or target[1:].partition('^')[0]}"
        if target[0] == "#":
            return f"#{label or target[1:]}"
        return label or target.removeprefix("mailto:")

    plain = _NAMED_EMOJI.sub(_as_emoji, _ANGLE.sub(typed, text))
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(name, character)
    return clean(plain).strip()


def mentions(text: str, user: str) -> bool:
    """Say whether the text calls this user."""
    return any(match[1] == f"@{user}" for match in _ANGLE.finditer(text))


def escape(text: str) -> str:
    """Return the text with the three characters escaped that begin something in mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(text: str) -> str:
    """Return the text as JSON and Slack can carry it: no null bytes, no half characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace(_UNSEEN, "")


def _as_emoji(match: re.Match[str]) -> str:
    name = match[0].partition(":skin-tone-")[0]
    name = name if name.endswith(":") else f"{name}:"
    if name in _NAMES:
        return _NAMES[name]
    found = emoji.emojize(name, language="alias")
    return match[0] if found == name else found

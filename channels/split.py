"""Splits plain text into pieces of bounded length in UTF-16 units. Pure. Used by renders."""

import re
import unicodedata

# Best place to cut first: after a paragraph, a line, a sentence, a word.
_BOUNDARIES = tuple(
    re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[.!?…。！？])\s+", r"\s+")
)
_JOINER = "\u200d"
_LONGEST_CLUSTER = 32


def count_units(text: str) -> int:
    """Return the length in UTF-16 code units, the way most platforms count."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut_units(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` units, no character cut in two."""
    raw = text[:limit].encode("utf-16-le", "surrogatepass")[: limit * 2]
    return raw.decode("utf-16-le", "ignore")


def split_text(text: str, limit: int) -> list[str]:
    """Return the text in pieces of at most `limit` units, blank space at the cuts dropped."""
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        if len(rest) <= limit and count_units(rest) <= limit:
            pieces.append(rest)
            break
        end = _find_cut(rest, cut_units(rest, limit))
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return pieces


def _find_cut(rest: str, head: str) -> int:
    """Return where to cut: the best boundary in the second half, else any word, else a cluster."""
    if rest[len(head)].isspace():
        head += rest[len(head)]
    for boundary in _BOUNDARIES:
        starts = [match.start() for match in boundary.finditer(head)]
        if starts and starts[-1] >= len(head) // 2:
            return starts[-1]
    if starts and starts[-1] > 0:
        return starts[-1]
    return _back_to_cluster(rest, len(head))


def _back_to_cluster(rest: str, end: int) -> int:
    """Step back from inside a joined emoji or a letter with combining marks."""
    for cut in range(end, max(end - _LONGEST_CLUSTER, 0), -1):
        if not _extends(rest[cut]) and rest[cut - 1] != _JOINER:
            return cut
    return end


def _extends(character: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_skin_tone or character == _JOINER or unicodedata.category(character).startswith("M")

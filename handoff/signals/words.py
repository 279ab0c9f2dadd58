"""Turns a message into plain words whose place in the original is kept. Used by the detector."""

import re
import unicodedata
from dataclasses import dataclass

MAX_SCANNED = 8000
SENTENCE_START = "<"
SENTENCE_END = ">"

_WORD_OR_STOP = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.,;:!?\n]")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])


@dataclass(frozen=True)
class Words:
    """A message as a line of lower-case words, with what each of them looked like.

    `line` is the words joined by blanks, a blank at both ends; `starts` is where each begins in it.
    """

    line: str
    starts: tuple[int, ...]
    words: tuple[str, ...]
    shown: tuple[str, ...]


def split_words(text: str) -> Words:
    """Return the words of the text, each sentence between `<` and `>`; apostrophes are dropped."""
    cleaned = unicodedata.normalize("NFKC", text[:MAX_SCANNED].translate(_INVISIBLE))
    shown: list[str] = [SENTENCE_START]
    for match in _WORD_OR_STOP.finditer(cleaned):
        piece = match.group()
        if piece[0].isalnum():
            shown.append(piece)
        elif shown[-1] != SENTENCE_START:
            shown += [SENTENCE_END, SENTENCE_START]
    shown.append(SENTENCE_END)
    words = tuple(_plain(piece) for piece in shown)
    starts, position = [], 1
    for word in words:
        starts.append(position)
        position += len(word) + 1
    return Words(f" {' '.join(words)} ", tuple(starts), words, tuple(shown))


def fold_umlauts(text: str) -> str:
    """Return lower-case words as phones without umlauts write them: "ue" for "ü"."""
    return text.translate(_UMLAUTS)


def _plain(piece: str) -> str:
    return fold_umlauts(piece.lower().replace("'", "").replace("’", ""))

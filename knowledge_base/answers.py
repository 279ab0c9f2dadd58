"""What the knowledge base hands to others: answers and citations, frozen.

Read by actions and the gateway; imports nothing but the standard library.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How far an answer can be trusted."""

    SURE = "sure"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: only what this reader may see is searched.

    `stage` is the stage of the relationship; without one, content of every stage is found.
    """

    language: str = "en"
    signed_in: bool = False
    segments: frozenset[str] = frozenset()
    stage: str | None = None


ANYBODY = Reader()


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact published version and passage an answer stands on."""

    article_id: str
    slug: str
    title: str
    version: int
    passage_id: int


class Picture(NamedTuple):
    """A picture of the help centre: what it shows, in words, and its path there."""

    shows: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A quote with its source; empty, without a citation, when the verdict is unknown.

    `alternatives` (at most three, never the cited article) are filled when the verdict is unsure.
    `highlight` is the sentence or step of the quote that answers, word for word; `pictures` are
    those of the quoted passages.
    """

    verdict: Verdict
    probability: float
    quote: str
    citation: Citation | None
    alternatives: tuple[Citation, ...]
    highlight: str = ""
    pictures: tuple[Picture, ...] = ()

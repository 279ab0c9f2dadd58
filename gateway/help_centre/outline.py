"""Takes an article's sanitised HTML apart: headings one can link to, sections by themselves. Pure.

Used by the article page and its structured data.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FEWEST = 3


@dataclass(frozen=True)
class Section:
    """A heading in plain words, the name of its place on the page, and the HTML under it."""

    anchor: str
    heading: str
    html: str


@dataclass(frozen=True)
class Outline:
    """An article whose headings have anchors."""

    html: str
    opening: str
    sections: tuple[Section, ...]

    @property
    def contents(self) -> tuple[Section, ...]:
        """What a table of contents lists; nothing for a short article."""
        return self.sections if len(self.sections) >= _FEWEST else ()


def outline(html: str) -> Outline:
    """Return the article with an anchor on every second-level heading."""
    opening, *rest = _HEADING.split(html)
    sections: list[Section] = []
    pieces = [opening]
    for inner, under in zip(rest[::2], rest[1::2], strict=True):
        anchor = _anchor(plain(inner), {section.anchor for section in sections})
        sections.append(Section(anchor, plain(inner), under))
        pieces.append(f'<h2 id="{anchor}">{inner}</h2>{under}')
    return Outline("".join(pieces), opening, tuple(sections))


def plain(html: str) -> str:
    """Return the words without their markup, on one line."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def _anchor(heading: str, taken: set[str]) -> str:
    letters = unicodedata.normalize("NFKD", heading.lower().replace("ß", "ss"))
    stem = re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")
    wanted = f"about-{stem[:60] or 'section'}"
    number, anchor = 1, wanted
    while anchor in taken:
        number += 1
        anchor = f"{wanted}-{number}"
    return anchor

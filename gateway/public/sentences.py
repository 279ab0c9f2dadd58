"""What we say in public: one sentence by mood and language, never the same twice in a place. Pure.

The words are in nlu_data/<language>/wording/public.yml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.phrasing import Part, Phrasebook, Voice

OPENINGS, PERSONS, ENDINGS, CLOSURES, NOTICES = 6, 3, 4, 6, 3
LINK_LABEL = "public_link_label"
_PLATFORMS = ("telegram", "slack")


class Ending(StrEnum):
    """How it goes on in private: by a link, where we have written, or where the customer writes."""

    LINK = "link"
    WRITTEN = "written"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Listeners:
    """Who reads a sentence, and what has been `said` there already, newest first.

    `start` is where the choice begins, so that not every place hears the same sentence first.
    """

    book: Phrasebook
    voice: Voice
    said: Sequence[str]
    start: int = 0


def choose_acknowledgement(
    ending: Ending, listeners: Listeners, *, person: bool
) -> tuple[Part, ...]:
    """Return the sentence that acknowledges what was said; it may say that a person comes."""
    opening, openings = ("public_person", PERSONS) if person else ("public_hear", OPENINGS)
    options = [
        (Part(f"{opening}_{first}"), Part(f"public_{ending}_{last}"))
        for first, last in _pair(openings, ENDINGS)
    ]
    return _choose(options, listeners)


def choose_closure(listeners: Listeners) -> tuple[Part, ...]:
    """Return the sentence that says that it is solved."""
    options = [(Part(f"public_closed_{number}"),) for number in range(1, CLOSURES + 1)]
    return _choose(options, listeners)


def choose_notice(channel: str, listeners: Listeners) -> tuple[Part, ...]:
    """Return how personal data is taken away again on this platform, without repeating it."""
    return _choose([name_removal(channel, n) for n in range(1, NOTICES + 1)], listeners)


def name_removal(channel: str, number: int = 1) -> tuple[Part, ...]:
    """Return one of the ways to say it."""
    platform = channel if channel in _PLATFORMS else "other"
    return (
        Part(f"public_personal_{number}", paragraph=True),
        Part(f"public_remove_{platform}"),
    )


def _pair(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Every pair once, neighbours differing in both: nobody hears the same opening in a row."""
    for turn in range(last):
        for number in range(first):
            yield number + 1, (number + turn) % last + 1


def _choose(options: Sequence[tuple[Part, ...]], listeners: Listeners) -> tuple[Part, ...]:
    """Return the first that was not said yet; when all were, the one said longest ago."""
    said = listeners.said

    def last_said(option: tuple[Part, ...]) -> int:
        text = listeners.book.render(option, listeners.voice)
        return next((age for age, body in enumerate(said) if text in body), len(said))

    first = listeners.start % len(options)
    return max((*options[first:], *options[:first]), key=last_said)  # of equals the first

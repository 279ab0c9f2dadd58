"""Groups articles by what they are about. Pure; used by the start page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base.public import Card

MOST_SHOWN = 6
_FEWEST = 2


@dataclass(frozen=True)
class Topic:
    """A tag and its articles; the tag is None for what belongs nowhere else."""

    tag: str | None
    cards: tuple[Card, ...]

    @property
    def shown(self) -> tuple[Card, ...]:
        """The articles the start page has room for; all of the last group, which has no page."""
        return self.cards if self.tag is None else self.cards[:MOST_SHOWN]


def group(cards: Sequence[Card]) -> tuple[Topic, ...]:
    """Return every article in exactly one topic, the largest topic first.

    An article belongs to its first tag if another one does; else to the first of its tags that
    brings it together with others.
    """
    leading = Counter(card.tags[0] for card in cards if card.tags)
    tops = {tag for tag, count in leading.items() if count >= _FEWEST}
    left = [card for card in cards if not tops & set(card.tags)]
    tops |= {tag for tag, count in Counter(_tags(left)).items() if count >= _FEWEST}
    members: dict[str | None, list[Card]] = {}
    for card in cards:
        members.setdefault(next((tag for tag in card.tags if tag in tops), None), []).append(card)
    rest = members.pop(None, [])
    for tag in [tag for tag, found in members.items() if len(found) < _FEWEST]:
        rest += members.pop(tag)
    ordered = sorted(members.items(), key=lambda item: (-len(item[1]), str(item[0])))
    topics = [Topic(tag, tuple(found)) for tag, found in ordered]
    if rest:
        topics.append(Topic(None, tuple(sorted(rest, key=lambda card: card.title))))
    return tuple(topics)


def title_of(tag: str) -> str:
    """Return a tag as a heading."""
    return tag[:1].upper() + tag[1:]


def _tags(cards: Sequence[Card]) -> list[str]:
    return [tag for card in cards for tag in card.tags]

"""Everything a message names: pure, fast, never raises. Called by entity_extractor.

Knows nothing of Rasa, so that it can be tried in a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from itertools import islice

from addons import entity_dates
from addons.entity_dates import find_dates
from addons.entity_names import Places, Products
from addons.entity_numbers import find_amounts, find_emails, find_order_numbers, find_phones
from addons.entity_spans import Span, keep_best, split_words

# Nobody names anything behind that, and everything stays quick.
LONGEST_TEXT = 5000
MOST_OF_A_KIND = 20
logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def load_names() -> tuple[Products, Places]:
    """Return the known products and places."""
    return Products.load(), Places()


def warm_up() -> None:
    """Load what would make the first message wait."""
    load_names()
    entity_dates.warm_up()


def find_entities(text: str, *, today: date, language: str = "en") -> list[Span]:
    """Return what the message names, in the order of the text, nothing overlapping."""
    text = text[:LONGEST_TEXT]
    products, places = load_names()
    words = split_words(text)
    finders: tuple[Callable[[], Iterable[Span]], ...] = (
        lambda: find_emails(text),
        lambda: find_order_numbers(text),
        lambda: find_dates(text, today),
        lambda: find_amounts(text),
        lambda: find_phones(text, language),
        lambda: products.find(words),
        lambda: places.find(words),
    )
    return keep_best(span for finder in finders for span in _try(finder))


def _try(finder: Callable[[], Iterable[Span]]) -> list[Span]:
    """One kind that fails must not lose the others, nor the turn."""
    try:
        return list(islice(finder(), MOST_OF_A_KIND))
    except Exception as error:  # a library may stumble over any text; the words stay out of logs
        logger.error("entities: %s", type(error).__name__)
        return []

"""How answers are read: a yes or no, a choice, an e-mail address, free words. Pure."""

import re
from collections.abc import Callable

from actions.journeys.model import Option, Reader, Reading, Scene, Wrong
from actions.journeys.words import (
    find_ordinal,
    fold,
    is_question,
    says_no,
    says_yes,
    split_words,
    telling_words,
)
from actions.speech import Phrase

Options = Callable[[Scene], tuple[Option, ...]]
YES, NO = "yes", "no"
# Said inside a free text, these are not the text that was asked for.
NOT_A_TEXT = frozenset(
    {
        *("want_human", "stop", "affirm", "deny", "greet", "thank", "goodbye", "bot_challenge"),
        *("helped", "not_helped", "repeat_that", "ask_abilities", "ask_language", "how_are_you"),
        *("ask_case_outcome", "correct_previous"),
    }
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


def read_yes_no(scene: Scene) -> Reading:
    """Take a button, the intent, or the first words."""
    heard = scene.heard
    if heard.intent == "affirm" or (heard.intent != "deny" and says_yes(heard.text)):
        return YES
    if heard.intent == "deny" or says_no(heard.text):
        return NO
    return None


def read_email(scene: Scene) -> Reading:
    """Take the first e-mail address in the message."""
    given = scene.heard.entity("email")
    found = _EMAIL.search(given or scene.heard.text)
    return found.group() if found else None


def notice_email(scene: Scene) -> str | None:
    found = read_email(scene)
    return found if isinstance(found, str) else None


def read_option(options: Options) -> Reader:
    """Take a pressed choice, a product by any of its names, "the second one", or its words."""

    def read(scene: Scene) -> Reading:
        choices = options(scene)
        pressed = scene.heard.entity("option")
        if pressed is not None:
            return pressed if any(pressed == each.value for each in choices) else None
        product = scene.heard.entity("product")
        if any(product == each.value for each in choices):
            return product
        position = find_ordinal(scene.heard.text, len(choices))
        if position is not None:
            return choices[position].value
        return match_option(choices, scene.heard.text)

    return read


def notice_option(options: Options) -> Callable[[Scene], str | None]:
    """Take a choice from a message that was not asked for it: only by its words."""
    return lambda scene: match_option(options(scene), scene.heard.text)


def match_option(choices: tuple[Option, ...], text: str) -> str | None:
    """Return the one choice whose words the text holds; None when none or several do."""
    said = set(split_words(text))
    scored = [(_score(choice, said, fold(text)), choice.value) for choice in choices]
    best = max((score for score, _ in scored), default=0)
    winners = [value for score, value in scored if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def _score(choice: Option, said: set[str], text: str) -> int:
    """Whole phrases count most; of a title at least one telling word must be there."""
    phrases = sum(2 for phrase in choice.words if _holds(text, phrase))
    return phrases + len(telling_words(choice.title) & said)


def _holds(text: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(fold(phrase))}", text) is not None


def read_text(
    *, least_words: int = 2, too_short: str = "tell_more", surely_not: float = 0.0
) -> Reader:
    """Take the customer's own words, unless they ask something or mean something else.

    `surely_not` is the confidence from which they do: an unknown name may sound like a greeting.
    """

    def read(scene: Scene) -> Reading:
        heard = scene.heard
        means_else = heard.intent in NOT_A_TEXT and heard.confidence >= surely_not
        if means_else or not heard.text or is_question(heard.text):
            return None
        if len(heard.text.split()) < least_words:
            return Wrong(Phrase(too_short))
        return heard.text

    return read


def notice_story(least_words: int) -> Callable[[Scene], str | None]:
    """Take the opening message when it tells the story already; asking again would be rude."""

    def notice(scene: Scene) -> str | None:
        text = scene.heard.text
        if not scene.beginning or is_question(text) or len(text.split()) < least_words:
            return None
        return text

    return notice

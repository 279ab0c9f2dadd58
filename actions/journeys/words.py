"""Words to listen for, in the languages we speak. Pure; used by the readers and the machine.

The engine's intents come first; these decide inside a journey, where the question is known.
"""

import re

_QUESTION_WORDS = frozenset(
    {
        *("how", "what", "when", "where", "why", "who", "which", "whose"),
        *("can", "could", "will", "would", "may", "should", "shall"),
        *("wie", "wann", "wo", "warum", "wieso", "wer", "welche", "welcher", "welches"),
        *("kann", "können", "könnt", "darf", "habt"),
    }
)
# "Is bent", "was ich sehe": people drop the subject when they tell. Only with one it is asked.
_PERHAPS_ASKED = re.compile(
    r"^(?:(?:is|are|was|did|does|do) (?:it|the|this|that|there|these|my|your|you|i|we|they)\b"
    r"|(?:ist|sind|muss|haben|hat|gibt) (?:es|der|die|das|den|ich|man|mein\w*|sie|wir|ihr|eure?)\b"
    r"|was (?:ist|sind|kostet|kosten|passiert|mache?|muss|soll|kann|gibt|bedeutet|heißt)\b)"
)
_YES = re.compile(
    r"^(?:yes|yep|yeah|yup|y|sure|ok|okay|of course|please do|go ahead|do it|correct|right|exactly|"
    r"ja|jap|jep|jup|jo|joa|klar|na klar|gerne?|genau|richtig|stimmt|korrekt|passt|einverstanden|"
    r"natürlich|bitte|mach das)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:no|nope|nah|n|not|don't|dont|please (?:do not|don'?t)|nein|nee|ne|nö|nicht|lieber nicht|"
    r"bitte nicht|bloß nicht|auf keinen fall)\b",
    re.IGNORECASE,
)
# "Please don't", "bitte nicht stornieren": begins like a yes and is none.
_NEGATION = re.compile(r"\b(?:not|dont|no|nicht|kein\w*|nein)\b|n['’]t\b", re.IGNORECASE)
_CORRECTION = re.compile(
    r"\b(?:other one|other order|another|different (?:one|order)|i meant|i mean|instead|"
    r"not th(?:at|is) one|wrong (?:one|order)|andere[snr]?|meinte|falsche[snr]?)\b",
    re.IGNORECASE,
)
_ORDINALS = {
    **dict.fromkeys(
        ("first", "1st", "one", "1", "erste", "ersten", "erstes", "erster", "ersteres", "eins"), 0
    ),
    **dict.fromkeys(
        ("second", "2nd", "two", "2", "zweite", "zweiten", "zweites", "zweiter", "zwei"), 1
    ),
    **dict.fromkeys(
        ("third", "3rd", "three", "3", "dritte", "dritten", "drittes", "dritter", "drei"), 2
    ),
    **dict.fromkeys(("fourth", "4th", "four", "4", "vierte", "vierten", "viertes", "vier"), 3),
    **dict.fromkeys(("fifth", "5th", "five", "5", "fünfte", "fünften", "fünf"), 4),
    **dict.fromkeys(("last", "letzte", "letzten", "letztes", "letzter", "letzteres", "bottom"), -1),
}
# "doesn't", "doesnt": people write both. Not every "nt" is one: "want".
_NEGATED = re.compile(
    r"\b(do|does|did|is|was|are|were|has|have|had|would|could|should|wo|ca)n['’]?t\b"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
_EMPTY_WORDS = frozenset(
    {
        *("the", "a", "an", "one", "please", "order", "with", "and", "for", "my", "of", "to", "it"),
        *("der", "die", "das", "den", "ein", "eine", "bitte", "mit", "und", "für", "meine", "von"),
    }
)


def split_words(text: str) -> list[str]:
    """Return the words in lower case, without punctuation."""
    return _WORD.findall(text.casefold())


def fold(text: str) -> str:
    """Return the text in lower case without what phones leave out: "groesse", "does not"."""
    return _NEGATED.sub(r"\1 not", text.casefold()).translate(_UMLAUTS)


def is_question(text: str) -> bool:
    """Tell "can I return it" from "my lamp arrived broken": both look alike to the classifier."""
    said = text.casefold().split()
    if not said:
        return False
    asked = text.rstrip().endswith("?") or said[0].strip(",") in _QUESTION_WORDS
    return asked or bool(_PERHAPS_ASKED.match(" ".join(said)))


def says_yes(text: str) -> bool:
    """Tell a yes; a yes with a negation beside it is not sure enough to act on."""
    return bool(_YES.match(text.strip())) and not _NEGATION.search(text)


def says_no(text: str) -> bool:
    return bool(_NO.match(text.strip()))


def means_another(text: str) -> bool:
    """Tell "no, the other order" from a plain no."""
    return bool(_CORRECTION.search(text))


def find_ordinal(text: str, count: int) -> int | None:
    """Return which of `count` choices "the second one" or "number 2" means, from 0."""
    words = split_words(text)
    if len(words) > 7:
        return None
    # "the second one": the ordinal counts, not the "one" after it.
    found = [_ORDINALS[word] for word in words if word in _ORDINALS and word != "one"]
    if not found and words in (["one"], ["number", "one"]):
        found = [0]
    if len(found) != 1 or not -1 <= found[0] < count:
        return None
    return found[0] % count


def telling_words(text: str) -> set[str]:
    """Return the words of a title that tell it from others."""
    return {word for word in split_words(text) if word not in _EMPTY_WORDS and len(word) > 1}


def hide_card_numbers(text: str) -> tuple[str, bool]:
    """Return the text without payment card numbers, and whether there was one."""
    hidden = _CARD.sub(lambda found: "****" if _is_card(found.group()) else found.group(), text)
    return hidden, hidden != text


def _is_card(text: str) -> bool:
    """The check digit that every card number carries (Luhn)."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0

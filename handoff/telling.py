"""What customers are told when a case ends and afterwards, in the language they wrote in.

Everything else that is said automatically is in the gateway's phrases; this is said by the handoff
itself, in the transaction of the employee's click.
"""

from dataclasses import dataclass

from crm.models import Conversation, Customer

ENGLISH = "en"


@dataclass(frozen=True)
class Texts:
    """The sentences of one language."""

    back_to_bot: str
    closed: str
    ask_rating: str
    ask_solved: str
    solved: str
    not_solved: str


_TEXTS = {
    "en": Texts(
        back_to_bot=(
            "Wick, our automated assistant, is back to help you. What we agreed: {outcome}\n"
            "If you would like a person again, just say so."
        ),
        closed=(
            "We have closed this request. Write to us here at any time if you need anything else."
        ),
        ask_rating="How did we do? From 1 (badly) to 5 (very well).",
        ask_solved="A few days ago we closed your request. Is it still solved?",
        solved="Yes, it is",
        not_solved="No, it is not",
    ),
    "de": Texts(
        back_to_bot=(
            "Wick, unser automatischer Assistent, ist wieder für Sie da. "
            "Vereinbart ist: {outcome}\n"
            "Wenn Sie wieder mit einem Menschen sprechen möchten, sagen Sie es einfach."
        ),
        closed=(
            "Wir haben Ihr Anliegen abgeschlossen. "
            "Schreiben Sie uns hier jederzeit, wenn Sie noch etwas brauchen."
        ),
        ask_rating="Wie waren wir? Von 1 (schlecht) bis 5 (sehr gut).",
        ask_solved=(
            "Vor ein paar Tagen haben wir Ihr Anliegen abgeschlossen. Ist es gelöst geblieben?"
        ),
        solved="Ja, ist es",
        not_solved="Nein, leider nicht",
    ),
}


def find_texts(conversation: Conversation, customer: Customer) -> Texts:
    """Return the texts in the language last written here, else the profile's, else English."""
    for known in (conversation.language, customer.locale):
        language = (known or "").replace("_", "-").partition("-")[0].lower()
        if language in _TEXTS:
            return _TEXTS[language]
    return _TEXTS[ENGLISH]

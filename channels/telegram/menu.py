"""The commands menu Telegram shows: in private the whole, in groups what may be said in public.

Set by setup at start, once per language and scope.
"""

from typing import NamedTuple

import telegram
from telegram import BotCommandScope


class Menu(NamedTuple):
    """The commands for one kind of chat in one language; None: for all other languages."""

    scope: BotCommandScope
    language: str | None
    commands: tuple[telegram.BotCommand, ...]


_PRIVATE = {
    None: {
        "start": "Begin, and see what I can do",
        "help": "What I can help with",
        "human": "Talk to a person",
        "privacy": "What we keep about you and why",
        "link": "Connect this chat with your other accounts",
        "stop": "Cancel what we are doing, or stop our messages",
    },
    "de": {
        "start": "Anfangen und sehen, was ich kann",
        "help": "Wobei ich helfen kann",
        "human": "Mit einem Menschen sprechen",
        "privacy": "Was wir über Sie speichern und warum",
        "link": "Diesen Chat mit Ihren anderen Konten verbinden",
        "stop": "Abbrechen, was wir gerade tun, oder unsere Nachrichten abbestellen",
    },
}
_PUBLIC = ("help", "privacy")


def _write(texts: dict[str, str], names: tuple[str, ...]) -> tuple[telegram.BotCommand, ...]:
    return tuple(telegram.BotCommand(name, texts[name]) for name in names)


MENUS: tuple[Menu, ...] = tuple(
    Menu(scope, language, _write(texts, names))
    for language, texts in _PRIVATE.items()
    for scope, names in (
        (telegram.BotCommandScopeAllPrivateChats(), tuple(texts)),
        (telegram.BotCommandScopeAllGroupChats(), _PUBLIC),
    )
)

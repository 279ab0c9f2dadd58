"""Turns an engine's reply into messages for the outbox. Pure; called by gateway.answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from crm.models import Author
from crm.schemas import NewButton, NewOutbound
from gateway.dialogue import EngineMessage, EngineReply
from gateway.phrasing import Part, Phrasebook, PhraseError, Voice, parse_part
from gateway.wording import DISCLOSURE
from kit.ids import new_id

# Phrases that say themselves who is speaking.
_INTRODUCING = frozenset({"disclosure", "greet", "bot_challenge"})


def compose(
    reply: EngineReply,
    *,
    book: Phrasebook,
    voice: Voice,
    in_reply_to: UUID,
    public_url: str,
    disclose: bool,
    lead: Part | None = None,
    sign: Callable[[UUID], str] | None = None,
) -> list[NewOutbound]:
    """Return one outbox message per bot message that says something.

    With `disclose` the first one begins by saying that an automated assistant is speaking; a `lead`
    comes before everything else. `sign` makes the token by which a link names its message.
    Errors: PhraseError.
    """
    composed: list[NewOutbound] = []
    for message in reply.messages:
        parts = _parts_of(message)
        if lead is not None and parts and not composed:
            parts = [lead, replace(parts[0], paragraph=True), *parts[1:]]
        buttons = tuple(_buttons_of(message, book, voice))
        if not parts and not buttons:
            continue
        keys = tuple(part.key for part in parts if part.key)
        introduce = disclose and not composed and not _INTRODUCING & set(keys)
        text = book.reword(book.render(parts, voice), voice) if parts else ""
        if introduce:
            text = f"{book.render((DISCLOSURE,), voice)}\n\n{text}"
            keys = ("disclosure", *keys)
        citations = tuple(message.custom.get("citations") or ())
        message_id = new_id()
        via = f"?via={sign(message_id)}" if sign else ""
        composed.append(
            NewOutbound(
                author=Author.BOT,
                body=text,
                buttons=buttons,
                links=tuple(
                    _link(citation, public_url, via, book, voice) for citation in citations
                ),
                images=_pictures_of(message),
                citations=citations,
                in_reply_to=in_reply_to,
                keys=keys,
                id=message_id,
            )
        )
    return composed


def compose_own(
    author: Author,
    parts: tuple[Part, ...],
    *,
    book: Phrasebook,
    voice: Voice,
    buttons: Iterable[tuple[str, str] | NewButton] = (),
    in_reply_to: UUID | None = None,
    event_key: str | None = None,
) -> NewOutbound:
    """Return a message of the gateway's own; `buttons` are ready or (key of the title, payload).

    What has an `event_key` can be said only once.
    """
    text = book.render(parts, voice)
    return NewOutbound(
        author=author,
        body=book.reword(text, voice) if author is Author.BOT else text,
        buttons=tuple(
            each if isinstance(each, NewButton) else NewButton(book.say(each[0], voice), each[1])
            for each in buttons
        ),
        in_reply_to=in_reply_to,
        event_key=event_key,
        keys=tuple(part.key for part in parts if part.key),
    )


def _parts_of(message: EngineMessage) -> list[Part]:
    """Return the phrases of the message; plain text of an action's own comes first."""
    plain = [Part(quote=message.text)] if message.text else []
    return plain + [parse_part(item) for item in message.custom.get("say") or ()]


def _pictures_of(message: EngineMessage) -> tuple[tuple[str, str], ...]:
    return tuple((str(shows), str(url)) for shows, url in message.custom.get("pictures") or ())


def _buttons_of(message: EngineMessage, book: Phrasebook, voice: Voice) -> Iterable[NewButton]:
    for title, payload in message.buttons:
        yield NewButton(title, payload)
    for item in message.custom.get("buttons") or ():
        yield _button(item, book, voice)


def _button(item: Mapping[str, Any], book: Phrasebook, voice: Voice) -> NewButton:
    match item:
        case {"key": str(key), "payload": str(payload)}:
            return NewButton(book.say(key, voice, **(item.get("values") or {})), payload)
        case {"title": str(title), "payload": str(payload)}:
            return NewButton(title, payload)
    raise PhraseError("a button has neither key nor title, or no payload")


def _link(
    citation: Mapping[str, Any], public_url: str, via: str, book: Phrasebook, voice: Voice
) -> tuple[str, str]:
    title, version = str(citation["title"]), str(citation["version"])
    label = book.say("source_label", voice, title=title, version=version)
    return label, f"{public_url}/help/{citation['slug']}{via}"

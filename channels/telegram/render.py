"""One message as the parts Telegram takes: split, escaped, links and buttons. Called by channel.

Telegram counts text in UTF-16 units after it has read the markup, so the plain text is split first
and each piece is marked up on its own: tags can never be torn apart.
"""

import html
import unicodedata
from dataclasses import dataclass, replace

from channels.base import OutboundButton, OutboundMessage, RefusedMessageError
from channels.split import count_units, cut_units, split_text
from channels.telegram.content import clean

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTONS = 100
MAX_BUTTON_TITLE = 64
MAX_TOKEN_BYTES = 64
_MAX_LABEL = 200
_MAX_URL = 2000
_SHORT_TITLE = 18
_NOTHING_TO_SAY = "…"


@dataclass(frozen=True)
class TelegramPart:
    """One sendMessage: the text marked up, the same without markup, rows of (title, token).

    With `photo`, the address of a picture, one sendPhoto: then the text is its caption.
    """

    address: str
    markup: str
    plain: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    photo: str | None = None
    reply_to: int | None = None


@dataclass(frozen=True)
class _Piece:
    markup: str
    plain: str

    def joined(self, other: "_Piece", *, by: str) -> "_Piece":
        return _Piece(self.markup + by + other.markup, self.plain + by + other.plain)

    def fits(self) -> bool:
        return count_units(self.plain) <= MAX_TEXT


def render_message(message: OutboundMessage) -> list[TelegramPart]:
    """Return the parts of a message in order; none when it says nothing and has no buttons.

    Pictures come first: the words and the buttons under them stay the last to be seen.
    Errors: RefusedMessageError for a token that no button can carry.
    """
    pieces = [
        _Piece(_escape(text), text) for text in split_text(_drop_blank(message.text), MAX_TEXT)
    ]
    pictures = [image for image in message.images if _is_address(image[1])]
    others = tuple(image for image in message.images if not _is_address(image[1]))
    pieces = _append_links(pieces, (*others, *message.links))
    rows = _arrange(message.buttons[:MAX_BUTTONS])
    if rows and not pieces:
        pieces = [_Piece(_NOTHING_TO_SAY, _NOTHING_TO_SAY)]
    last = len(pieces) - 1
    parts = [_show(message.address, shows, url) for shows, url in pictures]
    for index, piece in enumerate(pieces):
        below = rows if index == last else ()
        parts.append(TelegramPart(message.address, piece.markup, piece.plain, below))
    return _answering(parts, message.reply_to)


def _show(address: str, shows: str, url: str) -> TelegramPart:
    caption = cut_units(_drop_blank(shows), MAX_CAPTION)
    return TelegramPart(address, _escape(caption), caption, photo=url.strip())


def link_picture(part: TelegramPart) -> TelegramPart:
    """Return the part for a picture that Telegram cannot load: the same as a link."""
    line = _link(part.plain, part.photo or "")
    return replace(part, markup=line.markup, plain=line.plain, photo=None)


def _answering(parts: list[TelegramPart], reply_to: str | None) -> list[TelegramPart]:
    """Let the first part be a reply to the message that is answered."""
    if parts and reply_to and reply_to.isascii() and reply_to.isdecimal():
        parts[0] = replace(parts[0], reply_to=int(reply_to[:19]))
    return parts


def _append_links(pieces: list[_Piece], links: tuple[tuple[str, str], ...]) -> list[_Piece]:
    """Put the link lines under the last piece, or into pieces of their own when it is full."""
    result = list(pieces)
    separator = "\n\n"
    for label, url in links:
        line = _link(label, url)
        if result and (longer := result[-1].joined(line, by=separator)).fits():
            result[-1] = longer
        else:
            result.append(line)
        separator = "\n"
    return result


def _link(label: str, url: str) -> _Piece:
    """Return a link line; a URL that Telegram would not link is left out."""
    label = cut_units(_drop_blank(label) or clean(url).strip() or _NOTHING_TO_SAY, _MAX_LABEL)
    url = clean(url).strip()
    if not _is_address(url):
        return _Piece(_escape(label), label)
    return _Piece(f'<a href="{html.escape(url)}">{_escape(label)}</a>', f"{label}: {url}")


def _is_address(url: str) -> bool:
    return clean(url).strip().startswith(("https://", "http://")) and len(url) <= _MAX_URL


def _arrange(buttons: tuple[OutboundButton, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return rows of buttons: two short ones side by side, a long one alone."""
    rows: list[list[tuple[str, str]]] = []
    for button in buttons:
        if not 0 < len(button.token.encode()) <= MAX_TOKEN_BYTES:
            raise RefusedMessageError("A button's token is empty or longer than 64 bytes.")
        title = cut_units(_drop_blank(button.title) or _NOTHING_TO_SAY, MAX_BUTTON_TITLE)
        beside = rows and len(rows[-1]) == 1 and len(rows[-1][0][0]) <= _SHORT_TITLE
        if beside and len(title) <= _SHORT_TITLE:
            rows[-1].append((title, button.token))
        else:
            rows.append([(title, button.token)])
    return tuple(tuple(row) for row in rows)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _drop_blank(text: str) -> str:
    """Return the text cleaned and trimmed, empty when nothing in it can be seen."""
    text = clean(text).strip()
    return text if any(_is_visible(character) for character in text) else ""


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC"

"""Fits a message to what a channel can show, by rule. Pure and deterministic; renders call it.

Nothing that was said is lost: buttons that do not fit become numbered lines, which gateway.choices
understands when they are typed; pictures that cannot be shown become links; long texts are parts.
Lengths are in UTF-16 units, as channels.split counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.base import Capabilities, OutboundButton, OutboundMessage
from channels.split import count_units, cut_units, split_text

Labelled = tuple[tuple[str, str], ...]

_CUT = "…"


@dataclass(frozen=True)
class Fitted:
    """A message as a channel can show it: its texts in order; the rest belongs to the last one."""

    texts: tuple[str, ...]
    buttons: tuple[OutboundButton, ...] = ()
    links: Labelled = ()
    images: Labelled = ()


def fit(message: OutboundMessage, limits: Capabilities, *, plain_links: bool = False) -> Fitted:
    """Return the message within the limits; with `plain_links` links are lines of the text.

    There is no text when the message says nothing; its buttons may still want one to hang on.
    """
    images = message.images if limits.images else ()
    links = (*message.links, *(() if limits.images else message.images))
    blocks = [message.text.strip(), number_rest(message.buttons, limits.max_buttons)]
    if plain_links:
        blocks.append("\n".join(name_link(label, url) for label, url in links))
    text = "\n\n".join(block for block in blocks if block)
    return Fitted(
        texts=tuple(split_text(text, limits.max_text)),
        buttons=fit_buttons(message.buttons, limits),
        links=() if plain_links else links,
        images=images,
    )


def fit_buttons(
    buttons: Sequence[OutboundButton], limits: Capabilities
) -> tuple[OutboundButton, ...]:
    """Return as many buttons as can be shown, their titles cut to what can be shown of them."""
    shown = buttons[: limits.max_buttons]
    return tuple(
        OutboundButton(cut_title(button.title, limits.max_button_title), button.token)
        for button in shown
    )


def cut_title(title: str, limit: int) -> str:
    """Return the title on one line, with an ellipsis where it had to be cut."""
    whole = " ".join(title.split())
    if count_units(whole) <= limit:
        return whole
    return cut_units(whole, limit - count_units(_CUT)).rstrip() + _CUT


def number_rest(buttons: Sequence[OutboundButton], shown: int) -> str:
    """Return the buttons that are not shown as lines, each with its place among all of them."""
    titles = (" ".join(button.title.split()) for button in buttons)
    lines = (f"{number}. {title}" for number, title in enumerate(titles, start=1))
    return "\n".join(list(lines)[shown:])


def name_link(label: str, url: str) -> str:
    """Return a link as a line of text."""
    label = " ".join(label.split())
    return f"{label}: {url}" if label and label != url else url

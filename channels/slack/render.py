"""One message as the posts Slack takes: Block Kit inside its limits, with a fallback text.

Words go into rich text, where nothing of them is read as markup; so what a customer or an article
says can neither format nor notify. Called by channel.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from channels.base import Capabilities, OutboundButton, OutboundMessage, RefusedMessageError
from channels.degrade import Labelled, fit
from channels.slack.markup import clean, escape

Block = dict[str, Any]

MAX_TEXT = 3000  # Slack's limit for a text object; a fallback should stay below 4,000
MAX_BUTTONS = 100  # options of a select
MAX_TITLE = 75
BESIDE = 5  # more buttons than this are a menu
MAX_TOKEN = 150
_MAX_URL = 3000
_MAX_ALT = 2000
_MAX_LABEL = 200
_MOST_LINKS = 20
_MOST_IMAGES = 10
_BARE_URL = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]'*_]")
_NOTHING_TO_SAY = "…"

CAPABILITIES = Capabilities(
    max_text=MAX_TEXT,
    max_buttons=MAX_BUTTONS,
    max_button_title=MAX_TITLE,
    exact_once=False,
    images=True,
    max_file=20 * 1024 * 1024,
    edits=True,
    deletions=True,
    public=True,
)


@dataclass(frozen=True)
class SlackPart:
    """One chat.postMessage. `mark` names it in its metadata; `thread` answers inside a thread."""

    address: str
    text: str
    blocks: tuple[Block, ...]
    mark: str
    thread: str | None = None


def render_message(message: OutboundMessage) -> list[SlackPart]:
    """Return the posts of a message in order; none when it says nothing and has no buttons.

    Errors: RefusedMessageError for a token that no button can carry.
    """
    message = _cleaned(message)
    shown, linked = _split_images(message.images)
    links = tuple(link for link in (*message.links, *linked) if _is_address(link[1]))
    fitted = fit(message, CAPABILITIES)
    below: list[Block] = [_show(image) for image in shown]
    if links:
        below.append(_link_lines(links[:_MOST_LINKS]))
    if fitted.buttons:
        below.append(_offer(fitted.buttons))
    texts = list(fitted.texts)
    if below and not texts:
        texts = [""] if shown or links else [_NOTHING_TO_SAY]
    last = len(texts) - 1
    return [
        SlackPart(
            address=message.address,
            text=escape(text) or _fall_back(shown, links),
            blocks=(*([_say(text)] if text else []), *(below if number == last else [])),
            mark=f"{message.id}:{number}",
            thread=message.reply_to,
        )
        for number, text in enumerate(texts)
    ]


def link_images(part: SlackPart) -> SlackPart:
    """Return the part with links in place of pictures, which Slack could not load."""
    images = [block for block in part.blocks if block["type"] == "image"]
    lines = _link_lines(tuple((image["alt_text"], image["image_url"]) for image in images))
    rest = [block for block in part.blocks if block["type"] != "image"]
    at = 1 if rest and part.text != _NOTHING_TO_SAY else 0
    blocks = (*rest[:at], lines, *rest[at:])
    return SlackPart(part.address, part.text, blocks, part.mark, part.thread)


def has_images(part: SlackPart) -> bool:
    """Say whether the part shows pictures."""
    return any(block["type"] == "image" for block in part.blocks)


def _cleaned(message: OutboundMessage) -> OutboundMessage:
    """Return the message as JSON can carry it; what cannot be seen says nothing."""
    text = clean(message.text)
    return OutboundMessage(
        id=message.id,
        address=message.address,
        author=message.author,
        text=text if any(unicodedata.category(each)[0] not in "ZC" for each in text) else "",
        buttons=tuple(_check(button) for button in message.buttons),
        links=tuple((clean(label), clean(url).strip()) for label, url in message.links),
        images=tuple((clean(shows), clean(url).strip()) for shows, url in message.images),
        reply_to=message.reply_to,
    )


def _check(button: OutboundButton) -> OutboundButton:
    if not 0 < len(button.token) <= MAX_TOKEN:
        raise RefusedMessageError("A button's token is empty or longer than 150 characters.")
    return OutboundButton(clean(button.title).strip() or _NOTHING_TO_SAY, button.token)


def _split_images(images: Labelled) -> tuple[Labelled, Labelled]:
    """Return the pictures that can be shown, and those that become links."""
    usable = [image for image in images if _is_address(image[1])]
    return tuple(usable[:_MOST_IMAGES]), tuple(usable[_MOST_IMAGES:])


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= _MAX_URL


def _say(text: str) -> Block:
    elements: list[dict[str, Any]] = []
    end = 0
    for match in _BARE_URL.finditer(text):
        if match.start() > end:
            elements.append({"type": "text", "text": text[end : match.start()]})
        elements.append({"type": "link", "url": match[0]})
        end = match.end()
    if end < len(text):
        elements.append({"type": "text", "text": text[end:]})
    return _rich(elements)


def _link_lines(links: Labelled) -> Block:
    elements: list[dict[str, Any]] = []
    for label, url in links:
        if elements:
            elements.append({"type": "text", "text": "\n"})
        words = " ".join(label.split())[:_MAX_LABEL]
        elements.append({"type": "link", "url": url, **({"text": words} if words else {})})
    return _rich(elements)


def _rich(elements: list[dict[str, Any]]) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _show(image: tuple[str, str]) -> Block:
    shows, url = image
    return {"type": "image", "image_url": url, "alt_text": shows[:_MAX_ALT] or _NOTHING_TO_SAY}


def _offer(buttons: tuple[OutboundButton, ...]) -> Block:
    """Return a few buttons side by side, or a menu of many."""
    if len(buttons) <= BESIDE:
        elements = [
            {
                "type": "button",
                "action_id": f"choose-{number}",
                "value": button.token,
                "text": _plain(button.title),
            }
            for number, button in enumerate(buttons)
        ]
        return {"type": "actions", "elements": elements}
    options = [{"text": _plain(button.title), "value": button.token} for button in buttons]
    menu = {"type": "static_select", "action_id": "choose", "options": options}
    return {"type": "actions", "elements": [menu]}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def _fall_back(images: Labelled, links: Labelled) -> str:
    named = [escape(" ".join(label.split()) or url) for label, url in (*images, *links)]
    return ", ".join(named)[:MAX_TEXT] or _NOTHING_TO_SAY

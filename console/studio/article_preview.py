"""What each channel would show of a draft: the web page, Telegram and Slack in pieces."""

import nh3
from nicegui.element import Element

from channels.base import OutboundMessage
from channels.telegram.render import render_message
from console.desk.parts import box, words
from knowledge_base.chunking import cut
from knowledge_base.drafts import Draft
from knowledge_base.rendering import to_html, to_quote

_TELEGRAM_TAGS = {"a", "b", "i", "code", "pre"}


class PreviewPane:
    """Shows the draft as customers would read it."""

    def __init__(self, help_url: str) -> None:
        self._help_url = help_url
        with box("card preview", "section"):
            words("As customers read it", "card-title", "h2")
            self._shown = box("previews")

    def show(self, draft: Draft) -> None:
        """Draw every channel anew."""
        self._shown.clear()
        address = f"{self._help_url}/{draft.slug}"
        with self._shown:
            with _channel("Web page"):
                words(draft.title, "page-title", "h3")
                html(to_html(draft.body), "page")
            quotes = [to_quote(piece.heading, piece.text) for piece in cut(draft.body)]
            with _channel("Telegram, when quoted"):
                for quote in quotes:
                    html(to_telegram(quote, draft.title, address), "bubble")
            with _channel("Slack, when quoted"):
                for quote in quotes:
                    words(to_slack(quote, draft.title, address), "bubble slack")


def to_telegram(quote: str, title: str, address: str) -> str:
    """Return the HTML that Telegram would be sent, made safe for our own page."""
    message = OutboundMessage("preview", "preview", "bot", quote, links=((title, address),))
    parts = [part.markup for part in render_message(message)]
    safe = nh3.clean("\n".join(parts), tags=_TELEGRAM_TAGS, attributes={"a": {"href"}})
    return safe.replace("\n", "<br>")


def to_slack(quote: str, title: str, address: str) -> str:
    """Return Slack's mrkdwn: three characters are escaped, a link is written `<url|words>`."""
    escaped = [
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for text in (quote, title.replace("|", "¦"))
    ]
    return f"{escaped[0]}\n<{address}|{escaped[1]}>"


def html(cleaned: str, classes: str) -> None:
    """Put HTML that was cleaned for this page into it."""
    element = box(classes)
    element.props["innerHTML"] = cleaned


def _channel(name: str) -> Element:
    frame = box("channel", "details")
    frame.props["open"] = name.startswith("Web")
    with frame:
        words(name, "channel-name", "summary")
    return frame

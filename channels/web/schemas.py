"""What travels between widget and router: the only pydantic models of the web chat."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from channels.base import Capabilities, OutboundMessage
from channels.ports import ShownMessage

MAX_TEXT = 4000  # of the customer
CAPABILITIES = Capabilities(max_text=20_000, max_buttons=12, max_button_title=80, exact_once=True)


def _clean_text(text: str) -> str:
    """Drop null bytes, which PostgreSQL cannot store, and blank ends; refuse what is left over."""
    cleaned = text.replace("\x00", "").strip()
    if not cleaned:
        raise ValueError("text is empty")
    if len(cleaned) > MAX_TEXT:
        raise ValueError(f"text is longer than {MAX_TEXT} characters")
    return cleaned


class SentMessage(BaseModel):
    """What the widget sends: typed text, or the token of a pressed button; never both.

    `client_id` is made by the widget once per message and kept over its retries.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: Annotated[str, AfterValidator(_clean_text)] | None = None
    button: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.text is None) == (self.button is None):
            raise ValueError("send either text or button")
        return self


class SessionOut(BaseModel):
    """A new session; the token goes into the Authorization header, never into a URL."""

    token: str
    expires_at: datetime
    greeting: str | None = None


class AcceptedOut(BaseModel):
    """The message is stored; `duplicate` when it had been already."""

    message_id: str
    duplicate: bool


class ButtonOut(BaseModel):
    """A button under a message."""

    title: str
    token: str


class LinkOut(BaseModel):
    """A link under a message."""

    label: str
    url: str


class MessageOut(BaseModel):
    """One message of the conversation."""

    id: str
    seq: int
    author: str
    text: str
    buttons: list[ButtonOut]
    links: list[LinkOut]
    created_at: datetime


class StateOut(BaseModel):
    """What goes on beside the messages."""

    typing: bool
    owner: str


class HistoryOut(StateOut):
    """Messages past a seq. `cursor` is where to go on: live, or, with `more`, by asking again."""

    messages: list[MessageOut]
    cursor: int
    more: bool


def has_content(message: ShownMessage | OutboundMessage) -> bool:
    """Whether there is anything to see: a visible character, a button or a link."""
    visible = any(sign.isprintable() and not sign.isspace() for sign in message.text)
    return visible or bool(message.buttons or message.links)


def as_messages_out(messages: Iterable[ShownMessage]) -> list[MessageOut]:
    """Turn the port's messages into what travels, within the limits; only web links travel."""
    return [_as_message_out(message) for message in messages if has_content(message)]


def _as_message_out(message: ShownMessage) -> MessageOut:
    return MessageOut(
        id=message.id,
        seq=message.seq,
        author=message.author,
        text=_clean(message.text),
        buttons=[
            ButtonOut(title=_shorten(button.title), token=button.token)
            for button in message.buttons[: CAPABILITIES.max_buttons]
        ],
        links=[
            LinkOut(label=_clean(label), url=url)
            for label, url in message.links
            if url.lower().startswith(("https://", "http://"))
        ],
        created_at=message.created_at,
    )


def _clean(text: str) -> str:
    """Replace halves of characters, which JSON cannot carry, and drop null bytes."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "")


def _shorten(title: str) -> str:
    most = CAPABILITIES.max_button_title
    return _clean(title if len(title) <= most else title[: most - 1] + "…")

"""What travels between widget and router: the only pydantic models of the web chat."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from channels.web.ports import ShownMessage

MAX_TEXT = 4000


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
    """Messages past a seq. `more`: ask again after the last one's seq.

    `cursor` is where a live connection should begin; it trails the newest messages a little, so
    drop by id what is known already.
    """

    messages: list[MessageOut]
    cursor: int
    more: bool


def as_message_out(message: ShownMessage) -> MessageOut:
    """Turn the port's message into what travels; only web links travel."""
    return MessageOut(
        id=message.id,
        seq=message.seq,
        author=message.author,
        text=message.text,
        buttons=[ButtonOut(title=b.title, token=b.token) for b in message.buttons],
        links=[
            LinkOut(label=label, url=url)
            for label, url in message.links
            if url.lower().startswith(("https://", "http://"))
        ],
        created_at=message.created_at,
    )

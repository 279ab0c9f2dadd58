"""What travels between widget and router: the only pydantic models of the web chat."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from channels.base import Capabilities, OutboundMessage
from channels.ports import ShownMessage
from channels.web.identity import LONGEST_USER

MAX_TEXT = 4000  # of the customer
MOST_FILES = 5  # of one message
CAPABILITIES = Capabilities(
    max_text=20_000,
    max_buttons=12,
    max_button_title=80,
    exact_once=True,
    images=True,
    max_file=20 * 1024 * 1024,
)


def _drop_nulls(text: str) -> str:
    return text.replace("\x00", "").strip()


def _clean_text(text: str) -> str:
    """Drop null bytes, which PostgreSQL cannot store, and blank ends; refuse what is left over."""
    cleaned = text.replace("\x00", "").strip()
    if not cleaned:
        raise ValueError("text is empty")
    if len(cleaned) > MAX_TEXT:
        raise ValueError(f"text is longer than {MAX_TEXT} characters")
    return cleaned


class SentFile(BaseModel):
    """A file that was uploaded; its name and type are claims until intake looks at it."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Field(max_length=255), AfterValidator(_drop_nulls)] = ""
    media_type: Annotated[str, Field(pattern=r"^[\w.+-]{1,60}/[\w.+-]{1,100}$|^$")] = ""

    @property
    def kind(self) -> str:
        """What it claims to be, in the channels' word."""
        group = self.media_type.partition("/")[0]
        return {"image": "photo", "audio": "audio", "video": "video"}.get(group, "document")


class SentMessage(BaseModel):
    """What the widget sends: typed text, files with or without it, or a pressed button's token.

    `client_id` is made by the widget once per message and kept over its retries.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: Annotated[str, AfterValidator(_clean_text)] | None = None
    button: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None

    files: Annotated[list[SentFile], Field(max_length=MOST_FILES)] = []

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.text is None and not self.files) == (self.button is None):
            raise ValueError("send either text and files or button")
        return self


class ClaimedUser(BaseModel):
    """Who the shop says the visitor is: its own user id, and its signature of that."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(min_length=1, max_length=LONGEST_USER)]
    signature: Annotated[str, Field(min_length=1, max_length=128)]


class SessionOut(BaseModel):
    """A new session; the token goes into the Authorization header, never into a URL."""

    token: str
    expires_at: datetime
    greeting: str | None = None


class AcceptedOut(BaseModel):
    """The message is stored; `duplicate` when it had been already."""

    message_id: str
    duplicate: bool


class UploadedOut(BaseModel):
    """The file is kept until its message comes, for a day and for this session alone."""

    file: str


class ButtonOut(BaseModel):
    """A button under a message."""

    title: str
    token: str


class LinkOut(BaseModel):
    """A link under a message."""

    label: str
    url: str


class ImageOut(BaseModel):
    """A picture of a message; `label` says what it shows."""

    label: str
    url: str


class FileOut(BaseModel):
    """A file the customer sent. `state` is waiting, stored, refused or gone."""

    name: str
    kind: str
    size: int | None
    state: str


class MessageOut(BaseModel):
    """One message of the conversation."""

    id: str
    seq: int
    author: str
    text: str
    buttons: list[ButtonOut]
    links: list[LinkOut]
    images: list[ImageOut] = []
    files: list[FileOut] = []
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


class DeskOut(BaseModel):
    """When people answer, and how long that takes now; None: nobody knows.

    `week` has (weekday from Monday 0, first minute, end minute) in `time_zone`; empty: always open.
    """

    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    time_zone: str
    week: list[tuple[int, int, int]]
    wait_minutes: int | None


def has_content(message: ShownMessage | OutboundMessage) -> bool:
    """Whether there is anything to see: a visible character, a button, a link, picture or file."""
    visible = any(sign.isprintable() and not sign.isspace() for sign in message.text)
    shown = message.buttons or message.links or message.images
    return visible or bool(shown or (isinstance(message, ShownMessage) and message.files))


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
            LinkOut(label=_clean(label), url=url) for label, url in message.links if _is_web(url)
        ],
        images=[
            ImageOut(label=_clean(label), url=url) for label, url in message.images if _is_web(url)
        ],
        files=[
            FileOut(name=_clean(one.name), kind=one.kind, size=one.size, state=one.state)
            for one in message.files
        ],
        created_at=message.created_at,
    )


def _is_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def _clean(text: str) -> str:
    """Replace halves of characters, which JSON cannot carry, and drop null bytes."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "")


def _shorten(title: str) -> str:
    most = CAPABILITIES.max_button_title
    return _clean(title if len(title) <= most else title[: most - 1] + "…")

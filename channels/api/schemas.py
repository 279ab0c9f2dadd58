"""What the API channel's routes take and give. Used by router; shown in the OpenAPI document."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Reference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}$"),
]
Words = Annotated[str, StringConstraints(max_length=4000)]
Name = Annotated[str, StringConstraints(max_length=256)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class EventType(StrEnum):
    """What the customer did."""

    TEXT = "text"
    BUTTON = "button"
    COMMAND = "command"
    EDIT = "edit"
    DELETE = "delete"
    GONE = "gone"
    BACK = "back"


class CustomerIn(_Strict):
    """Who it was: `id` is the account on your platform, which you vouch for by your signature."""

    id: Reference
    name: Name | None = None
    handle: Name | None = None
    locale: Annotated[str, StringConstraints(max_length=35)] | None = None


class FileIn(_Strict):
    """A file uploaded before: the reference you got for it."""

    reference: Annotated[str, StringConstraints(max_length=200)]
    kind: Literal["photo", "voice", "video", "audio", "document"] = "document"
    name: Name | None = None


class EventIn(_Strict):
    """One thing a customer did, in a conversation of yours.

    `message` is your own name for the message: an edit and a deletion say by it what they change.
    `text` holds the words, for a button the token you were sent with it, for a command its name.
    """

    type: EventType = EventType.TEXT
    conversation: Reference
    customer: CustomerIn
    message: Reference | None = None
    text: Words = ""
    argument: Words = ""
    files: Annotated[list[FileIn], Field(max_length=10)] = []
    sent_at: datetime | None = None


class StoredOut(BaseModel):
    """The event is on disk: whatever happens now, it is not lost."""

    message_id: str
    duplicate: bool


class FileOut(BaseModel):
    """Put `reference` into the event that brings the file; it works once, for a day."""

    reference: str


class ProblemOut(BaseModel):
    """Why a request was refused."""

    detail: str


class ReceiptStatus(StrEnum):
    """What became of a message of ours on your platform."""

    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ReceiptIn(_Strict):
    """What became of a message; `message_id` is the one it was posted to you with."""

    conversation: Reference
    message_id: Annotated[str, StringConstraints(max_length=64)]
    status: ReceiptStatus
    at: datetime | None = None


class ReceiptOut(BaseModel):
    """Whether the receipt said something new."""

    changed: bool

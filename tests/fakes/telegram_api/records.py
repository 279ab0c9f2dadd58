"""What the fake Bot API remembers and hands to tests: updates, messages, calls, faults."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Said:
    """What a customer did became this update."""

    update_id: int
    message_id: int
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class SentMessage:
    """A message the bot sent and its customer sees. `index` grows by one with each message."""

    index: int
    message_id: int
    chat_id: int
    thread_id: int | None
    text: str
    source: str
    entities: list[dict[str, Any]]
    rows: list[list[dict[str, Any]]]
    at: float
    photo: str | None = None
    reply_to: int | None = None
    connection: str | None = None

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons in reading order."""
        return [button for row in self.rows for button in row]

    @property
    def links(self) -> list[str]:
        """The addresses the text links to."""
        return [entity["url"] for entity in self.entities if "url" in entity]


@dataclass(frozen=True)
class Call:
    """One request to the Bot API and the status it got; 0 when the connection was dropped."""

    method: str
    chat_id: int | None
    status: int
    at: float
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One attempt to post an update to the webhook; status 0 when nobody answered."""

    update_id: int
    attempt: int
    status: int
    at: float
    duplicate: bool = False


@dataclass
class Fault:
    """Something that goes wrong on purpose, `count` times (-1: always), with probability `rate`.

    kind           value                what happens
    drop_before    -                    connection cut, the call had no effect
    drop_after     -                    the call took effect, then the connection is cut
    delay_before   seconds              the call takes effect late
    delay_after    seconds              the call takes effect at once, the answer is late
    status         HTTP status          that status, no effect (a 5xx)
    garbage        -                    took effect, 200 with a body that is not JSON
    flood          seconds              429 with retry_after
    migrate        new chat id          400 with migrate_to_chat_id
    bad_request    description          400
    forbidden      description          403
    """

    kind: str
    method: str = "sendMessage"
    chat: int | None = None
    value: Any = None
    count: int = 1
    rate: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind}")

    def applies(self, method: str, chat: int | None) -> bool:
        """Say whether this call is one it is meant for."""
        return self.count != 0 and self.method == method and self.chat in (None, chat)


KINDS = frozenset(
    [
        "drop_before",
        "drop_after",
        "delay_before",
        "delay_after",
        "status",
        "garbage",
        "flood",
        "migrate",
        "bad_request",
        "forbidden",
    ]
)


@dataclass
class Update:
    """An update that waits for the bot."""

    id: int
    kind: str
    queue: str
    body: dict[str, Any]


@dataclass
class Connection:
    """A business account the bot was connected to."""

    id: str
    owner: dict[str, Any]
    enabled: bool = True
    can_reply: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the Bot API's BusinessConnection object."""
        return {
            "id": self.id,
            "user": self.owner,
            "user_chat_id": self.owner["id"],
            "date": int(time.time()),
            "is_enabled": self.enabled,
            "rights": {"can_reply": True} if self.can_reply else {},
        }


@dataclass
class Chat:
    """A chat the bot may write to. `moved_to` is the supergroup a group became."""

    id: int
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    topics: set[int] = field(default_factory=set)
    closed: str | None = None
    moved_to: int | None = None

    @property
    def private(self) -> bool:
        """Whether this is a chat with one person."""
        return self.id > 0

    def as_json(self) -> dict[str, Any]:
        """Return the Bot API's Chat object."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": f"Customer {self.id}"}
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": "supergroup", "title": f"Group {self.id}", **forum}


class ApiError(Exception):
    """An answer with ok=false."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """Return the Bot API's error object."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body

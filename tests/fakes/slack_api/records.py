"""What the fake Slack remembers and hands to tests: workspaces, messages, calls, faults."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Done:
    """What a customer did: the events it became, and where the message is."""

    event_ids: list[str]
    channel: str
    ts: str
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Posted:
    """A message of the app as people see it now. `index` grows by one with each message.

    `text` is what is visible: the blocks where there are any, else the fallback. `audience` is the
    one person an ephemeral message was for. `buttons` holds every button and select in order.
    """

    index: int
    team: str
    channel: str
    ts: str
    thread_ts: str | None
    text: str
    fallback: str
    blocks: list[dict[str, Any]]
    buttons: list[dict[str, Any]]
    links: list[str]
    pings: list[str]
    metadata: dict[str, Any] | None
    audience: str | None
    at: float
    deleted: bool = False
    truncated: bool = False


@dataclass(frozen=True)
class Call:
    """One Web API request and what it got: HTTP status (0: cut) and Slack's error, if any."""

    method: str
    team: str | None
    channel: str | None
    status: int
    error: str | None
    at: float
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand over an event; status 0 when nobody answered in time.

    `took` is the time until the answer, in seconds.
    """

    event_id: str
    kind: str
    attempt: int
    status: int
    at: float
    took: float
    reason: str = ""
    by: str = "http"


@dataclass
class Fault:
    """Something that goes wrong on purpose, `count` times (-1: always), with probability `rate`.

    kind           value            what happens
    drop_before    -                connection cut, the call had no effect
    drop_after     -                the call took effect, then the connection is cut
    delay_before   seconds          the call takes effect late
    delay_after    seconds          the call takes effect at once, the answer is late
    status         HTTP status      that status, no effect (a 5xx)
    garbage        -                took effect, 200 with HTML in place of JSON
    ratelimited    seconds          429 with Retry-After
    error          Slack's word     ok:false, no effect
    error_after    Slack's word     ok:false, although it took effect (as fatal_error may)
    """

    kind: str
    method: str = "chat.postMessage"
    channel: str | None = None
    value: Any = None
    count: int = 1
    rate: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind}")

    def applies(self, method: str, channel: str | None) -> bool:
        """Say whether this call is one it is meant for."""
        return self.count != 0 and self.method == method and self.channel in (None, channel)


KINDS = frozenset(
    [
        "drop_before",
        "drop_after",
        "delay_before",
        "delay_after",
        "status",
        "garbage",
        "ratelimited",
        "error",
        "error_after",
    ]
)


@dataclass
class Conversation:
    """A channel, a private channel or a direct message. `messages` is in the order of ts."""

    id: str
    kind: str  # channel, group, im
    name: str = ""
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self, team: str) -> dict[str, Any]:
        """Return the Web API's conversation object."""
        body: dict[str, Any] = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_archived": self.archived,
            "is_im": self.kind == "im",
            "is_org_shared": False,
            "context_team_id": team,
        }
        if self.kind == "im":
            return body | {"user": next((u for u in self.members if u[0] == "U"), "")}
        return body | {
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_private": self.kind == "group",
            "num_members": len(self.members),
        }


@dataclass
class Workspace:
    """One team, its people and places, and the app's place in it."""

    id: str
    name: str
    token: str | None
    bot_user: str
    bot_id: str
    scopes: set[str]
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, Conversation] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)

    def person(self, user: str) -> dict[str, Any]:
        """Return a plainly invented person, made on the first question."""
        return self.users.setdefault(user, _make_person(user, self.id))

    def direct(self, user: str) -> Conversation:
        """Return the direct message between the app and a person, opened when it is not yet."""
        self.person(user)
        place = "D" + user[1:]
        made = Conversation(place, "im", members={user, self.bot_user})
        return self.places.setdefault(place, made)


class SlackError(Exception):
    """An answer with ok:false."""

    def __init__(
        self, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.retry_after = retry_after
        self.more = more

    def as_json(self) -> dict[str, Any]:
        """Return the Web API's error body."""
        return {"ok": False, "error": self.error, **self.more}


def as_plain(value: Any) -> Any:
    """Return the value as JSON can hold it."""
    if isinstance(value, list):
        return [as_plain(item) for item in value]
    if isinstance(value, (Done, Posted, Call, Delivery)):
        return asdict(value)
    return value


def _make_person(user: str, team: str) -> dict[str, Any]:
    name = f"Customer {user}"
    return {
        "id": user,
        "team_id": team,
        "name": f"customer.{user.lower()}",
        "deleted": False,
        "real_name": name,
        "tz": "Europe/Berlin",
        "profile": {"real_name": name, "display_name": name, "team": team},
        "is_bot": False,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "locale": "en-GB",
    }

"""Addresses, accounts and keys of Slack, checked on the way in. Used by parse and channel.

An address is the workspace and the channel, in public also the thread and the author:
`T1/D2`, `T1/C2/1699000000.000100#T1:U3`. An account is `T1:U3`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.errors import InvalidInputError

_ID = re.compile(r"[A-Z0-9]{1,64}")
_TS = re.compile(r"\d{1,12}\.\d{1,9}")
_ACCOUNT = re.compile(r"(?P<team>[A-Z0-9]{1,64}):(?P<user>[A-Z0-9]{1,64})")
_ADDRESS = re.compile(
    r"(?P<team>[A-Z0-9]{1,64})/(?P<channel>[A-Z0-9]{1,64})(?:/(?P<thread>\d{1,12}\.\d{1,9}))?"
    r"(?:#[A-Z0-9]{1,64}:[A-Z0-9]{1,64})?"
)
_DIRECT = "D"


@dataclass(frozen=True)
class Place:
    """Where to send: the workspace, the channel and, in public, the thread's first message."""

    team: str
    channel: str
    thread: str | None = None


def as_id(value: Any) -> str:
    """Return an id of Slack's; InvalidInputError when it is none."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInputError("An id of the event is not one of Slack's.")
    return value


def as_ts(value: Any) -> str:
    """Return a message's timestamp, which names it in its channel; InvalidInputError otherwise."""
    if not isinstance(value, str) or not _TS.fullmatch(value):
        raise InvalidInputError("A timestamp of the event is not one of Slack's.")
    return value


def as_time(ts: str) -> datetime:
    """Return when it was."""
    return datetime.fromtimestamp(float(ts), UTC)


def is_direct(channel: str) -> bool:
    """Say whether the channel is a direct message with us alone."""
    return channel.startswith(_DIRECT)


def write_account(team: str, user: str) -> str:
    """Return the account of a person in a workspace."""
    return f"{team}:{user}"


def read_account(account: str) -> tuple[str, str]:
    """Return workspace and person; InvalidInputError when it is no account of ours."""
    match = _ACCOUNT.fullmatch(account)
    if match is None:
        raise InvalidInputError("Not a Slack account.")
    return match["team"], match["user"]


def write_address(team: str, channel: str, *, thread: str, account: str) -> str:
    """Return where a reply goes: the direct message, or the thread with its author."""
    if is_direct(channel):
        return f"{team}/{channel}"
    return f"{team}/{channel}/{thread}#{account}"


def read_place(address: str) -> Place:
    """Return where an address leads; InvalidInputError when it is not one of ours."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise InvalidInputError("Not a Slack address.")
    return Place(match["team"], match["channel"], match["thread"])


def name_message(team: str, channel: str, ts: str) -> str:
    """Return the event key of a message, whichever events tell of it."""
    return f"{team}:m:{channel}:{ts}"

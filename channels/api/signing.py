"""Signatures of the API channel, the same in both directions. Used by router and channel.

    Carehouse-Timestamp: 1700000000
    Carehouse-Signature: v1=<hex HMAC-SHA256 of "timestamp\\nMETHOD\\npath?query\\nkey\\n" + body>

Method, path and `Idempotency-Key` (empty without one) are in it, so that what was meant for one
address is refused at another and what was recorded cannot be given a new name; a timestamp off by
more than five minutes is refused.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence

from kit.errors import InvalidInputError, UnauthenticatedError

TIMESTAMP = "Carehouse-Timestamp"
SIGNATURE = "Carehouse-Signature"
KEY = "Idempotency-Key"
WINDOW_S = 300
SHORTEST_SECRET = 32
_VERSION = "v1="
_NUMBER = re.compile(r"[0-9]{1,12}")


class WeakKeyError(InvalidInputError):
    """A signing secret is too short."""


def read_secrets(listed: str) -> tuple[str, ...]:
    """Return comma-separated secrets, the newest first. Errors: WeakKeyError for a short one."""
    secrets = tuple(secret.strip() for secret in listed.split(",") if secret.strip())
    if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise WeakKeyError(
            f"API_CHANNEL_SECRET needs one secret or more of {SHORTEST_SECRET} characters each."
        )
    return secrets


def sign(secret: str, timestamp: int, method: str, path: str, body: bytes, *, key: str = "") -> str:
    """Return the signature of a request; `path` with its query, `key` its idempotency key."""
    named = key.encode("latin-1", "replace")  # as headers travel
    signed = f"{timestamp}\n{method.upper()}\n{path}\n".encode() + named + b"\n" + body
    return _VERSION + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def write_headers(
    secret: str, method: str, path: str, body: bytes, *, key: str = ""
) -> dict[str, str]:
    """Return the headers of a request that leaves now; with a key when it has one."""
    now = int(time.time())
    signed = {TIMESTAMP: str(now), SIGNATURE: sign(secret, now, method, path, body, key=key)}
    return {**signed, KEY: key} if key else signed


def require_genuine(
    headers: Mapping[str, str], secrets: Sequence[str], *, method: str, path: str, body: bytes
) -> None:
    """Raise UnauthenticatedError unless one of the secrets signed this request lately."""
    stamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not _NUMBER.fullmatch(stamp) or abs(time.time() - int(stamp)) > WINDOW_S:
        raise UnauthenticatedError("The timestamp is missing or off by more than five minutes.")
    key = headers.get(KEY, "")
    wanted = (sign(secret, int(stamp), method, path, body, key=key) for secret in secrets)
    # Every one is compared, whichever fits: how long it takes tells nothing.
    fits = [hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in wanted]
    if not any(fits):
        raise UnauthenticatedError("The signature is missing or wrong.")

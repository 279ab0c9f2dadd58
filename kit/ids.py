"""Identifiers: time-ordered UUIDs for rows, random tokens for secrets handed to browsers."""

import hashlib
import os
import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a UUID version 7 (RFC 9562): sortable by creation time, unguessable in its tail."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_token() -> str:
    """Return 256 random bits, safe in a header."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the digest under which a token is stored; the token itself never is."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_button_token() -> str:
    """Return 128 random bits, short enough for any channel's button data."""
    return secrets.token_urlsafe(16)

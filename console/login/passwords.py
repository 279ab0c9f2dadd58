"""Hashes and checks staff passwords with Argon2id. Used by console.login and the demo's seed."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 12
MAX_PASSWORD = 256

_HASHER = PasswordHasher()
# What an unknown login is checked against, so that it takes as long as a known one.
_NOBODYS_HASH = _HASHER.hash("a password nobody has")
# Each check takes 64 MiB and a core: a flood of logins must not take the app down with it.
_CHECKS_AT_ONCE = asyncio.Semaphore(2)


def hash_password(password: str) -> str:
    """Return the hash under which a password is stored."""
    return _HASHER.hash(password)


async def check_password(password: str, stored: str | None) -> bool:
    """Return whether the password fits; without a stored hash it takes as long and is False."""
    async with _CHECKS_AT_ONCE:
        fits = await asyncio.to_thread(_verify, stored or _NOBODYS_HASH, password)
    return fits and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

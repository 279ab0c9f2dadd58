"""Opens, finds and forgets web chat sessions. Called by channels.web.router, which commits."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession

from channels.web.models import WebSession
from kit.clock import utc_now
from kit.ids import hash_token, new_id, new_token

# Writing "seen" on every request would turn each read into a write; this is often enough.
TOUCH_EVERY = timedelta(minutes=10)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class OpenedSession:
    """A new session; the only time its token exists on our side."""

    token: str
    address: str
    expires_at: datetime


@dataclass(frozen=True)
class KnownSession:
    """Whose request it is: the address of the chat, and who the shop says they are."""

    address: str
    verified: str | None


async def open_session(
    session: AsyncSession, *, lifetime: timedelta, verified: str | None = None
) -> OpenedSession:
    """Mint a token and an address that has nothing to do with it."""
    now = utc_now()
    opened = OpenedSession(token=new_token(), address=str(new_id()), expires_at=now + lifetime)
    session.add(
        WebSession(
            token_hash=hash_token(opened.token),
            address=opened.address,
            verified=verified,
            created_at=now,
            last_seen_at=now,
            expires_at=opened.expires_at,
        )
    )
    await session.flush()
    return opened


async def find_session(
    session: AsyncSession, token: str, *, lifetime: timedelta
) -> KnownSession | None:
    """Return what the token opens, or None; a session in use lives on for a lifetime.

    The end slides, because an agent's answer must still reach who came back on the last day.
    """
    if not _TOKEN.fullmatch(token):
        return None
    found = await session.get(WebSession, hash_token(token))
    now = utc_now()
    if found is None or found.expires_at <= now:
        return None
    if now - found.last_seen_at >= TOUCH_EVERY:
        found.last_seen_at, found.expires_at = now, now + lifetime
        await session.flush()
    return KnownSession(found.address, found.verified)


async def forget_expired(session: AsyncSession) -> int:
    """Delete sessions nobody can use any more; return how many."""
    result = await session.execute(delete(WebSession).where(WebSession.expires_at <= utc_now()))
    return cast(CursorResult[Any], result).rowcount

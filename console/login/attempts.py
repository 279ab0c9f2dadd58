"""Slows the guessing of passwords: failures per login name, kept in PostgreSQL for all processes.

A try is counted before its password is checked, so that parallel guesses count too.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.models import LoginAttempt
from kit.ids import hash_token

FREE_TRIES = 5
LONGEST_BLOCK = timedelta(minutes=15)
_FORGET_AFTER = timedelta(hours=24)


async def count_try(session: AsyncSession, login: str, *, now: datetime) -> datetime | None:
    """Count a try; return until when the name is blocked, or None when it may be checked.

    From the sixth try in a row each one doubles the wait, up to a quarter of an hour. A blocked try
    is not counted, so nobody can keep somebody else out for ever.
    """
    key = hash_token(login)
    await session.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - _FORGET_AFTER))
    await session.execute(
        insert(LoginAttempt)
        .values(login_hash=key, failures=0, last_at=now)
        .on_conflict_do_nothing()
    )
    row = select(LoginAttempt).where(LoginAttempt.login_hash == key).with_for_update()
    attempt = (await session.execute(row)).scalar_one()
    if attempt.blocked_until is not None and attempt.blocked_until > now:
        return attempt.blocked_until
    attempt.failures += 1
    attempt.last_at = now
    attempt.blocked_until = _block_after(attempt.failures, now)
    return None


async def forget_tries(session: AsyncSession, login: str) -> None:
    """Forget the failures under a name: its password was right."""
    await session.execute(delete(LoginAttempt).where(LoginAttempt.login_hash == hash_token(login)))


def _block_after(failures: int, now: datetime) -> datetime | None:
    if failures < FREE_TRIES:
        return None
    seconds = min(2 ** (failures - FREE_TRIES), LONGEST_BLOCK.total_seconds())
    return now + timedelta(seconds=seconds)

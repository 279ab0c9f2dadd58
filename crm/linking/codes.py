"""One-time codes: an account asks for one, another one types it. Never commits.

Called by gateway.linking. A code is eight characters nobody mistakes for others, good for ten
minutes and one use; its digest is all that is stored.
"""

import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.models import LinkCode, LinkTries, Proof
from crm.linking.proofs import note_proof
from crm.linking.queries import find_current
from crm.models import Identity
from kit.ids import hash_token

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 8
LIFETIME = timedelta(minutes=10)
MOST_WRONG = 5
BLOCKED_FOR = timedelta(minutes=15)
MOST_ASKED = 5
ASKED_WITHIN = timedelta(hours=1)
KEPT_FOR = timedelta(days=1)

# More than these, and a text is no sentence with a code in it.
MOST_FOUND = 5000

_DIGITS = frozenset("23456789")
_RUN = re.compile(f"[{ALPHABET}]{{{LENGTH},}}")
_LEAST_OF_EACH = 2
_GAPS = str.maketrans("", "", " \t\n\u00a0\u2009\u202f-‐‑–—_.·`'\"„“”‚‘’»«")


class Tried(StrEnum):
    """What became of a typed code."""

    PROVED = "proved"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    OWN = "own"
    KNOWN = "known"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Outcome:
    """What became of a typed code; `channel`: where it was asked for, when it is a known one."""

    tried: Tried
    channel: str | None = None


def read_code(text: str) -> str | None:
    """Return the code a text consists of, however it was typed; None when it is no code.

    A code has two digits and two letters at least, so that no word of a language is one.
    """
    code = text.strip().translate(_GAPS).upper()
    digits = sum(character in _DIGITS for character in code)
    fits = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return code if fits and _LEAST_OF_EACH <= digits <= LENGTH - _LEAST_OF_EACH else None


def find_codes(text: str) -> frozenset[str]:
    """Return everything in a text that may be a code, with whatever is written around or between.

    Wrong ones among them do no harm: they are only looked up. At most MOST_FOUND are returned.
    """
    joined = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    found: set[str] = set()
    for run in _RUN.findall(joined):
        for start in range(len(run) - LENGTH + 1):
            if (code := read_code(run[start : start + LENGTH])) is not None:
                found.add(code)
            if len(found) == MOST_FOUND:
                return frozenset(found)
    return frozenset(found)


def show_code(code: str) -> str:
    """Return the code as it is shown: in two halves."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


async def ask_code(session: AsyncSession, identity_id: UUID, *, now: datetime) -> str | None:
    """Return a new code for the account; its earlier ones end. None: it asked too often."""
    account = select(Identity.id).where(Identity.id == identity_id)
    await session.execute(account.with_for_update(key_share=True))
    asked = select(func.count()).where(
        LinkCode.identity_id == identity_id, LinkCode.asked_at > now - ASKED_WITHIN
    )
    if (await session.execute(asked)).scalar_one() >= MOST_ASKED:
        return None
    await session.execute(
        update(LinkCode)
        .where(LinkCode.identity_id == identity_id, LinkCode.expires_at > now)
        .values(expires_at=now)
    )
    code = _make_code()
    session.add(
        LinkCode(
            digest=_digest(code), identity_id=identity_id, asked_at=now, expires_at=now + LIFETIME
        )
    )
    await session.flush()
    return code


async def try_code(
    session: AsyncSession, code: str, *, identity_id: UUID, now: datetime
) -> Outcome:
    """Take a code typed by an account; the right one proves that both accounts are one customer's.

    Two who type the same code at once, or one who guesses in two chats at once, take turns.
    """
    tries = await _lock_tries(session, identity_id, now)
    if tries.blocked_until is not None and tries.blocked_until > now:
        return Outcome(Tried.BLOCKED)
    found = await session.get(LinkCode, _digest(code), with_for_update=True)
    if found is None:
        return Outcome(_count_wrong(tries, now))
    asker = await session.get_one(Identity, found.identity_id, populate_existing=True)
    tried = await _judge(session, found, asker, identity_id, now)
    if tried is Tried.PROVED:
        found.used_at, found.used_by_id = now, identity_id
        tries.wrong = 0
        await note_proof(session, asker.id, identity_id, proof=Proof.CODE, now=now)
    await session.flush()
    return Outcome(tried, asker.channel)


async def end_codes(session: AsyncSession, codes: Collection[str], *, now: datetime) -> None:
    """Make the codes worthless: somebody showed them where others read along."""
    await session.execute(
        update(LinkCode)
        .where(LinkCode.digest.in_([_digest(code) for code in codes]), LinkCode.expires_at > now)
        .values(expires_at=now)
    )


async def forget_codes(session: AsyncSession, *, now: datetime) -> None:
    """Delete what no longer matters of codes and tries."""
    await session.execute(delete(LinkCode).where(LinkCode.expires_at < now - KEPT_FOR))
    await session.execute(delete(LinkTries).where(LinkTries.since < now - KEPT_FOR))


async def _judge(
    session: AsyncSession, code: LinkCode, asker: Identity, identity_id: UUID, now: datetime
) -> Tried:
    if asker.id == identity_id:
        return Tried.OWN
    if code.used_at is not None:
        return Tried.USED
    if code.expires_at <= now:
        return Tried.EXPIRED
    typist = await session.get_one(Identity, identity_id, populate_existing=True)
    one = await find_current(session, asker.customer_id)
    other = await find_current(session, typist.customer_id)
    return Tried.KNOWN if one == other else Tried.PROVED


async def _lock_tries(session: AsyncSession, identity_id: UUID, now: datetime) -> LinkTries:
    """Return the account's tries, counted anew when the last ones are long ago."""
    new = insert(LinkTries).values(identity_id=identity_id, wrong=0, since=now)
    await session.execute(new.on_conflict_do_nothing())
    tries = await session.get_one(
        LinkTries, identity_id, with_for_update=True, populate_existing=True
    )
    if tries.since <= now - BLOCKED_FOR:
        tries.wrong, tries.since, tries.blocked_until = 0, now, None
    return tries


def _count_wrong(tries: LinkTries, now: datetime) -> Tried:
    tries.wrong += 1
    if tries.wrong >= MOST_WRONG:
        tries.since, tries.blocked_until = now, now + BLOCKED_FOR
        return Tried.BLOCKED
    return Tried.WRONG


def _make_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if read_code(code):
            return code


def _digest(code: str) -> str:
    return hash_token(f"link:{code}")

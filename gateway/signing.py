"""Signs what the help centre hands out and gets back: links in messages, votes, visitors' digests.

One secret per product, kept in PostgreSQL and loaded at start by gateway.bootstrap.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from kit.database import Database
from knowledge_base.visits import ensure_key

_NAME = "help centre"
# Thirty bytes are forty letters with no bits to spare: a token has one spelling.
_ID_BYTES, _MAC_BYTES = 16, 14


class Signer:
    """Makes and reads signatures; a signature for one purpose is worth nothing for another."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key

    async def load(self, database: Database) -> None:
        """Read the secret; make it when the product has none yet."""
        async with database.session() as session:
            self._key = await ensure_key(session, _NAME)
            await session.commit()

    def name_message(self, message_id: UUID) -> str:
        """Return the token of a message's links: it names the message, and nobody else makes it."""
        signed = message_id.bytes + self._mac("link", message_id.bytes)[:_MAC_BYTES]
        return base64.urlsafe_b64encode(signed).decode()

    def read_message(self, token: str) -> UUID | None:
        """Return the message a token names; None for whatever we did not sign."""
        try:
            signed = base64.b64decode(token.encode(), b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if len(signed) != _ID_BYTES + _MAC_BYTES:
            return None
        named, mac = signed[:_ID_BYTES], signed[_ID_BYTES:]
        fits = hmac.compare_digest(mac, self._mac("link", named)[:_MAC_BYTES])
        return UUID(bytes=named) if fits else None

    def stamp(self, *parts: object) -> str:
        """Return what a form carries, so that a vote is for a page we showed."""
        return self._mac("vote", _join(parts)).hex()[:32]

    def fits(self, stamp: str, *parts: object) -> bool:
        """Say whether a form's stamp is ours and for these."""
        return hmac.compare_digest(stamp.encode(), self.stamp(*parts).encode())

    def digest(self, *parts: object) -> str:
        """Return what stands for a visitor: it leads back to nobody and links no two pages."""
        return self._mac("visitor", _join(parts)).hex()[:32]

    def _mac(self, purpose: str, data: bytes) -> bytes:
        if not self._key:
            raise RuntimeError("the signing key is not loaded")
        return hmac.digest(self._key, purpose.encode() + b"\0" + data, hashlib.sha256)


def _join(parts: tuple[object, ...]) -> bytes:
    return "\0".join(str(part) for part in parts).encode("utf-8", "replace")

"""Secrets at rest: sealed with a key from the settings, which can be changed. Used by channels.

Fernet (AES-128-CBC with HMAC-SHA256), as the cryptography package specifies it.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kit.errors import AppError


class SealError(AppError):
    """A key that is none, or something sealed that no key of ours opens."""


class Sealer:
    """Seals with the first key, opens with any: put a new key in front to change it."""

    def __init__(self, keys: str) -> None:
        """Take comma-separated keys. Errors: SealError that says what a key is."""
        try:
            made = [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
        except ValueError:
            made = []
        if not made:
            raise SealError(
                "TOKEN_KEY holds no key of 32 bytes in URL-safe Base64. Make one with: "
                'python -c "from cryptography.fernet import Fernet; '
                'print(Fernet.generate_key().decode())"'
            )
        self._keys = MultiFernet(made)

    def seal(self, secret: str) -> str:
        """Return the secret as it may be stored."""
        return self._keys.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the secret. Errors: SealError."""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealError("No key in TOKEN_KEY opens what is stored.") from None

    def renew(self, sealed: str) -> str:
        """Return the same secret sealed with the first key. Errors: SealError."""
        try:
            return self._keys.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise SealError("No key in TOKEN_KEY opens what is stored.") from None

"""Who a visitor is in the shop, proved by the shop's signature. Called by channels.web.router.

The shop signs its own user id with a secret both sides know: HMAC-SHA256, in hexadecimal.
"""

import hashlib
import hmac

from kit.errors import AppError, ForbiddenError, InvalidInputError

SHORTEST_SECRET = 32
LONGEST_USER = 128


class WeakSecretError(AppError):
    """The secret is so short that it could be guessed."""


def sign_user(user: str, *, secret: str) -> str:
    """Return what the shop puts beside the user id."""
    return hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()


def require_strong(secret: str) -> None:
    """Raise WeakSecretError unless the secret is long enough, or there is none."""
    if 0 < len(secret) < SHORTEST_SECRET:
        raise WeakSecretError(
            f"WEB_IDENTITY_SECRET must have at least {SHORTEST_SECRET} characters."
        )


def verify_user(user: str, signature: str, *, secret: str) -> str:
    """Return the verified name of the user, as Sender.verified has it.

    Raises ForbiddenError when the signature is not the shop's, or there is no secret to tell.
    """
    if not user.isprintable() or len(user) > LONGEST_USER:
        raise InvalidInputError("Not a user id.")
    expected = sign_user(user, secret=secret).encode()
    given = signature.lower().encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(expected, given):
        raise ForbiddenError("The sign-in of the shop could not be confirmed.")
    return f"shop:{user}"

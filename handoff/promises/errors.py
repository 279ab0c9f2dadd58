"""What can go wrong on purpose with promises."""

from kit.errors import ConflictError, NotFoundError


class UnknownPromiseError(NotFoundError):
    """There is no such promise."""


class PromiseSettledError(ConflictError):
    """Somebody has said already what became of it."""

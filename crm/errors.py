"""What can go wrong in the CRM on purpose."""

from kit.errors import InvalidInputError, NotFoundError


class UnknownCustomerError(NotFoundError):
    """No such customer."""


class UnknownConversationError(NotFoundError):
    """No such conversation."""


class UnsuitableInPublicError(InvalidInputError):
    """The words must not be said where others read along; the message says why."""

"""What can go wrong in the CRM on purpose."""

from kit.errors import NotFoundError


class UnknownCustomerError(NotFoundError):
    """No such customer."""


class UnknownConversationError(NotFoundError):
    """No such conversation."""

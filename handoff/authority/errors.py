"""What can go wrong on purpose when goodwill is given."""

from kit.errors import ConflictError, ForbiddenError


class AboveLimitError(ConflictError):
    """More than this person may give this customer now; a lead may."""


class NotAllowedToDecideError(ForbiddenError):
    """Requests are decided by a lead or a manager, never by who asked."""

"""What can go wrong on purpose when people take over."""

from kit.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class UnknownHandoffError(NotFoundError):
    """No such handoff."""


class AlreadyClaimedError(ConflictError):
    """A colleague was faster."""


class HandoffClosedError(ConflictError):
    """The handoff was returned or resolved meanwhile."""


class NotYoursError(ForbiddenError):
    """Only who claimed the conversation may do this."""


class UnsuitableTextError(InvalidInputError):
    """The text is empty, too long or cannot be stored."""

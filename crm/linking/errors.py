"""What can go wrong on purpose when accounts are joined or parted."""

from kit.errors import ConflictError, NotFoundError


class UnknownMergeError(NotFoundError):
    """There is no such merge."""


class SameCustomerError(ConflictError):
    """The two are one customer already."""


class AlreadyUndoneError(ConflictError):
    """The merge has been undone already."""


class NotTheLatestError(ConflictError):
    """A later merge builds on this one; that one has to be undone first."""


class CannotPartError(ConflictError):
    """What was added since cannot be told apart without a person's decision."""


class MovedMeanwhileError(ConflictError):
    """Somebody else joined or parted these customers at the same moment."""

"""The root of every error we raise on purpose. The gateway translates the tree to HTTP once.

AppError
├── NotFoundError          404
├── ConflictError          409
├── InvalidInputError      422
├── ForbiddenError         403
├── UnauthenticatedError   401
└── UnavailableError       503   something we depend on does not answer; try again
"""


class AppError(Exception):
    """An error with words a person may read and the HTTP status that fits it."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(AppError):
    """What was asked for is not there."""

    status = 404


class ConflictError(AppError):
    """The state has moved on; look again."""

    status = 409


class InvalidInputError(AppError):
    """What came in cannot be used."""

    status = 422


class ForbiddenError(AppError):
    """Known, but not allowed."""

    status = 403


class UnauthenticatedError(AppError):
    """Not known, or the proof is wrong."""

    status = 401


class UnavailableError(AppError):
    """Something we depend on does not answer; the same call may work later."""

    status = 503

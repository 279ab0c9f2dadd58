"""Why a file is not taken."""

from enum import StrEnum

from kit.errors import InvalidInputError


class Reason(StrEnum):
    """Why there are no bytes, in a word."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    KIND = "kind"
    DAMAGED = "damaged"
    TOO_MANY = "too_many"
    LOST = "lost"
    ERASED = "erased"


class FileRefusedError(InvalidInputError):
    """This file is not taken; `reason` says why in a word, the message in a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

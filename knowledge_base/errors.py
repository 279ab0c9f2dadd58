"""The knowledge base's errors; the gateway translates them to HTTP by their parent.

ArticleNotFoundError(NotFoundError), VersionNotFoundError(NotFoundError),
ContentRefusedError(InvalidInputError), TooLargeError(ContentRefusedError),
EncoderMissingError(UnavailableError),
StaleDraftError(ConflictError), WrongStateError(ConflictError),
SecondPersonNeededError(ForbiddenError)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)

if TYPE_CHECKING:
    from knowledge_base.versions import VersionView


class ArticleNotFoundError(NotFoundError):
    """No article has this address or id."""


class VersionNotFoundError(NotFoundError):
    """The article exists, this version of it does not."""


class ContentRefusedError(InvalidInputError):
    """The content cannot be stored as an article; the message says why."""


class TooLargeError(ContentRefusedError):
    """More bytes than may be stored."""

    status = 413


class StaleDraftError(ConflictError):
    """Somebody changed the article meanwhile; `newer` is what it says now."""

    def __init__(self, message: str, newer: VersionView) -> None:
        super().__init__(message)
        self.newer = newer


class WrongStateError(ConflictError):
    """Nothing that can be done with a version in this state."""


class SecondPersonNeededError(ForbiddenError):
    """Who wrote a version may not be the one who approves it."""


class EncoderMissingError(UnavailableError):
    """The exported encoder folder is absent or damaged."""

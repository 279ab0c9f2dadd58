"""The knowledge base's errors; the gateway translates them to HTTP by their parent.

ArticleNotFoundError(NotFoundError), VersionNotFoundError(NotFoundError),
ContentRefusedError(InvalidInputError), EncoderMissingError(UnavailableError)
"""

from kit.errors import InvalidInputError, NotFoundError, UnavailableError


class ArticleNotFoundError(NotFoundError):
    """No article has this address or id."""


class VersionNotFoundError(NotFoundError):
    """The article exists, this version of it does not."""


class ContentRefusedError(InvalidInputError):
    """The content cannot be stored as an article; the message says why."""


class EncoderMissingError(UnavailableError):
    """The exported encoder folder is absent or damaged."""

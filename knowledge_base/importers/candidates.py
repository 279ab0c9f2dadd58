"""What reading a file gives, before the knowledge base has seen it. Imports nothing of ours.

Made by the readers inside the sandbox; knowledge_base.importers.drafting makes drafts of it.
"""

from dataclasses import dataclass, field
from typing import Any

MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 100 * MEGABYTE
LARGEST_DOCUMENT = 50 * MEGABYTE
"""What a PDF or DOCX may weigh: pictures are most of it."""
LARGEST_TEXT = 5 * MEGABYTE
"""What Markdown, HTML and CSV may weigh."""


class UnreadableError(Exception):
    """A file is refused; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What may become an article. `fields` is what the file itself says besides its words."""

    name: str
    title: str
    body: str
    fields: dict[str, Any] = field(default_factory=dict)
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A file, page or row that was not taken, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one file gave."""

    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()

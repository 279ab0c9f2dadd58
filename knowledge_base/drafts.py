"""An article as a person writes it: Markdown with front matter. Read by service and importers."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.errors import ContentRefusedError
from knowledge_base.models import Audience, Stage

STARTER_FOLDER = Path(__file__).parent / "content"
LONGEST_BODY = 100_000

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything a version consists of before it has a number."""

    slug: str
    title: str
    body: str
    owner: str
    stage: Stage = Stage.ANY
    audience: Audience = Audience.PUBLIC
    language: str = "en"
    campaign: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    tags: tuple[str, ...] = ()
    asked_as: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    # For the people who write: neither readers nor the index notice these three.
    review_on: date | None = None
    cost_cents: int = 0
    note: str = ""
    # The slug of the article that says the same in another language; starters only.
    translation_of: str | None = None

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise ContentRefusedError("A slug has lower-case letters, digits and single hyphens.")
        if not self.title.strip() or not self.body.strip():
            raise ContentRefusedError(f"Article {self.slug} needs a title and a body.")
        if len(self.body) > LONGEST_BODY:
            raise ContentRefusedError(f"Article {self.slug} is longer than {LONGEST_BODY} letters.")
        if "\x00" in self.title + self.body + "".join(self.asked_as):
            raise ContentRefusedError(f"Article {self.slug} contains null bytes.")
        if self.cost_cents < 0:
            raise ContentRefusedError(f"Article {self.slug}: a cost is not negative.")
        for moment in (self.valid_from, self.valid_until):
            if moment is not None and moment.tzinfo is None:
                raise ContentRefusedError(f"Article {self.slug}: a validity needs a time zone.")
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ContentRefusedError(f"Article {self.slug} ends before it begins.")

    @property
    def content_hash(self) -> str:
        """Equal hashes mean that nothing a reader or the index would notice has changed."""
        content = asdict(self)
        for unnoticed in ("translation_of", "review_on", "cost_cents", "note"):
            del content[unnoticed]
        if not self.segments:  # so that what was written before there were any keeps its hash
            del content["segments"]
        return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def parse_draft(markdown: str) -> Draft:
    """Read one Markdown file with front matter. Raises ContentRefusedError."""
    found = _FRONT_MATTER.match(markdown.replace("\r\n", "\n"))
    if found is None:
        raise ContentRefusedError("The article does not begin with front matter between `---`.")
    try:
        fields: Any = yaml.safe_load(found.group(1))
        stage, audience = Stage(fields.pop("stage")), Audience(fields.pop("audience"))
        tags = tuple(str(tag) for tag in fields.pop("tags", ()))
        asked_as = tuple(str(phrase) for phrase in fields.pop("asked_as", ()))
        segments = tuple(str(segment) for segment in fields.pop("segments", ()))
        return Draft(
            **fields,
            body=found.group(2).strip(),
            stage=stage,
            audience=audience,
            tags=tags,
            asked_as=asked_as,
            segments=segments,
        )
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as cause:
        raise ContentRefusedError(f"The front matter cannot be read: {cause}") from cause


def read_folder(folder: Path = STARTER_FOLDER) -> Iterator[Draft]:
    """Every article of a folder, by name."""
    for path in sorted(folder.glob("*.md")):
        yield parse_draft(path.read_text(encoding="utf-8"))


def read_starters(folder: Path = STARTER_FOLDER) -> list[Draft]:
    """Every article of a folder, then its translations: a folder within for each language."""
    languages = sorted(path for path in folder.iterdir() if path.is_dir())
    return [draft for each in (folder, *languages) for draft in read_folder(each)]

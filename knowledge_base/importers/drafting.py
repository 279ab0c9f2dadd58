"""A candidate becomes a draft: addresses made from titles, fields checked, nothing widened.

Called by knowledge_base.importers.applying and restoring.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from knowledge_base.drafts import Draft
from knowledge_base.errors import ContentRefusedError
from knowledge_base.importers.candidates import Candidate
from knowledge_base.models import Audience, Stage

LONGEST_SLUG = 80
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for documents that do not say otherwise."""

    owner: str
    language: str = "en"


class Slugs:
    """Addresses within one import: each is given once, and the same ones in the same order."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """Return an address made of these words that no document of this import has."""
        slug = base = slug_of(wanted)
        number = 1
        while slug in self._taken:
            number += 1
            slug = f"{base}-{number}"
        self._taken.add(slug)
        return slug


def slug_of(words: str) -> str:
    """Return the words as an address; letters that have no plain form give a stable name."""
    plain = unicodedata.normalize("NFKD", words.lower().translate(_GERMAN))
    plain = plain.encode("ascii", "ignore").decode()
    plain = re.sub(r"['’]", "", plain)
    said = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    slug = said[:LONGEST_SLUG].strip("-")
    if not said or sum(letter.isalnum() for letter in words) > 3 * len(said):
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:10]
        return f"{slug}-{digest}".strip("-") if slug else f"article-{digest}"
    return slug


def make_draft(
    candidate: Candidate, *, slug: str, defaults: Defaults, current: Draft | None
) -> Draft:
    """Return the draft; what the document does not say stays as the article has it.

    So an import without front matter never makes an article for signed-in readers public.
    Raises ContentRefusedError.
    """
    fields = read_fields(candidate.fields)
    title = " ".join(candidate.title.split())
    _check_letters({"title": title, "body": candidate.body, **fields})
    if current is not None:
        return replace(current, title=title, body=candidate.body, **fields)
    fields = {"owner": defaults.owner, "language": defaults.language} | fields
    return Draft(slug=slug, title=title, body=candidate.body, **fields)


def read_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are ours, in our types; other systems' ones are passed by.

    Raises ContentRefusedError.
    """
    made: dict[str, Any] = {}
    for name, read in _READERS.items():
        if given.get(name) is None:
            continue
        try:
            made[name] = read(given[name])
        except (ValueError, TypeError, OverflowError) as cause:
            value = str(given[name])[:60]
            raise ContentRefusedError(
                f"Its {name.replace('_', ' ')} cannot be {value!r}."
            ) from cause
    return made


def _text(value: Any) -> str:
    if (
        not isinstance(value, str | int | float)
        or len(str(value)) > 1_000
        or not str(value).strip()
    ):
        raise ValueError("no short text")
    return str(value).strip()


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or len(value) > 500:
        raise ValueError("no list")
    return tuple(dict.fromkeys(_text(each) for each in value))


def _language(value: Any) -> str:
    code = _text(value).replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", code):
        raise ValueError("no language")
    return code


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


_READERS: dict[str, Callable[[Any], Any]] = {
    "owner": _text,
    "stage": Stage,
    "audience": Audience,
    "language": _language,
    "campaign": _text,
    "valid_from": _moment,
    "valid_until": _moment,
    "tags": _texts,
    "asked_as": _texts,
    "segments": _texts,
    "review_on": _day,
    "cost_cents": int,
    "note": _text,
}


def fields_of(draft: Draft) -> dict[str, Any]:
    """Return a draft's fields for front matter and JSON: what was set; title and body apart."""
    empty = Draft(slug=draft.slug, title=draft.title, body=draft.body, owner=draft.owner)
    plain, unset = asdict(draft), asdict(empty)
    always = ("owner", "stage", "audience", "language")
    kept = {k: v for k, v in plain.items() if k in _READERS and (k in always or v != unset[k])}
    return {name: _plain(value) for name, value in kept.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if isinstance(value, int) else str(value)


def _check_letters(fields: Mapping[str, Any]) -> None:
    """What PostgreSQL could not store is refused here, in words."""
    for name, value in fields.items():
        text = "\n".join(value) if isinstance(value, tuple) else str(value)
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ContentRefusedError(f"Its {name.replace('_', ' ')} holds broken characters.")

"""Reads our own exports back: articles with every version, pictures under their ids, synonyms.

Called by knowledge_base.importers.reading and running; knowledge_base.exporting writes them.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository, service
from knowledge_base.drafts import Draft
from knowledge_base.errors import ContentRefusedError
from knowledge_base.importers.applying import (
    Entry,
    Orders,
    Outcome,
    apply_candidate,
    event_of,
    list_versions,
    publish_if_asked,
)
from knowledge_base.importers.archives import Member, list_members, unpack
from knowledge_base.importers.candidates import Candidate, Problem, UnreadableError
from knowledge_base.importers.drafting import make_draft, slug_of
from knowledge_base.models import ContentImage, SynonymGroup, VersionState

MANIFEST = "carehouse-export.json"
FORMAT = "carehouse-export"
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_LARGEST_PICTURE = 5 * 1024 * 1024
_LONGEST_SIDE = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A version as the export kept it."""

    state: VersionState
    content: Candidate


@dataclass(frozen=True, slots=True)
class History:
    """An article with all its versions, the first first."""

    name: str
    slug: str
    translation_group: UUID
    versions: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture under the id by which articles show it."""

    name: str
    id: UUID
    media_type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words that mean the same in one language."""

    name: str
    language: str
    words: tuple[str, ...]


Restored = History | Picture | Synonyms
Read = Callable[[], Restored | Problem]


def is_export(archive: ZipFile) -> bool:
    """Whether we wrote this archive."""
    return MANIFEST in archive.namelist()


def list_kept(archive: ZipFile) -> list[Read | Problem]:
    """What the export holds, each still to be read: pictures first, since articles show them."""
    found: list[tuple[int, Read | Problem]] = []
    for member in list_members(archive):
        if isinstance(member, Problem):
            found.append((0, member))
        elif member.name.startswith("images/") and member.name.endswith(".json"):
            found.append((1, partial(_try, _read_picture, archive, member)))
        elif member.name.startswith("history/") and member.name.endswith(".json"):
            found.append((2, partial(_try, _read_history, archive, member)))
        elif member.name.startswith("synonyms/") and member.name.endswith(".json"):
            found.append((3, partial(_try, _read_synonyms, archive, member)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


async def restore_article(session: AsyncSession, history: History, orders: Orders) -> Entry:
    """Create the article with its history; one that is there gets the export's last word as draft.

    Raises ContentRefusedError.
    """
    top = _find_top(history)
    article = await repository.find_article(session, history.slug)
    if article is not None:
        draft = _draft(top.content, history.slug, orders)
        for version in await list_versions(session, article):
            if version.content_hash == draft.content_hash and orders.publisher is None:
                return Entry(
                    name=history.name,
                    outcome=Outcome.UNCHANGED,
                    slug=history.slug,
                    title=draft.title,
                )
        return await apply_candidate(session, top.content, slug=history.slug, orders=orders)
    served = None
    for kept in history.versions:
        draft = _draft(kept.content, history.slug, orders)
        version = await service.save_draft(session, draft)
        version.author = orders.by
        if kept is top:
            served = version
        elif kept is not history.versions[-1] or not _is_open(kept):
            version.state = VersionState.ARCHIVED.value
        await session.flush()
    if served is None:
        raise ContentRefusedError("The article has no versions.")
    article = await repository.find_article(session, history.slug)
    if article is not None:
        article.translation_group = history.translation_group
    session.add(event_of(served, "imported", by=orders.by))
    published = await publish_if_asked(session, history.slug, served, orders)
    if not published and served.number != len(history.versions) and _is_open(history.versions[-1]):
        served.state = VersionState.ARCHIVED.value  # one open draft: the newer one
    await session.flush()
    return Entry(
        name=history.name,
        outcome=Outcome.IMPORTED,
        slug=history.slug,
        title=served.title,
        published=published,
    )


async def restore_picture(session: AsyncSession, picture: Picture, *, by: str) -> Entry:
    """Keep the picture under its id, unless it is there."""
    digest = hashlib.sha256(picture.data).hexdigest()
    same = or_(ContentImage.id == picture.id, ContentImage.sha256 == digest)
    there = (await session.execute(select(ContentImage).where(same))).scalars().all()
    if any(image.id == picture.id and image.sha256 == digest for image in there):
        return Entry(name=picture.name, outcome=Outcome.UNCHANGED)
    if there:
        reason = "Another picture has its id, or it is kept under another id already."
        return Entry(name=picture.name, outcome=Outcome.REFUSED, reason=reason)
    session.add(
        ContentImage(
            id=picture.id,
            sha256=digest,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            name=picture.name[:200],
            data=picture.data,
            uploaded_by=by,
        )
    )
    await session.flush()
    return Entry(name=picture.name, outcome=Outcome.IMPORTED)


async def restore_synonyms(session: AsyncSession, group: Synonyms, *, by: str) -> Entry:
    """Add the group, unless one says the same."""
    query = select(SynonymGroup).where(SynonymGroup.language == group.language)
    for there in (await session.execute(query)).scalars():
        if set(there.words) == set(group.words):
            return Entry(name=group.name, outcome=Outcome.UNCHANGED)
    session.add(SynonymGroup(language=group.language, words=list(group.words), updated_by=by))
    await session.flush()
    return Entry(name=group.name, outcome=Outcome.IMPORTED)


def _draft(content: Candidate, slug: str, orders: Orders) -> Draft:
    return make_draft(content, slug=slug, defaults=orders.defaults, current=None)


def _find_top(history: History) -> Kept:
    """The version that was served, or else the newest."""
    served = [kept for kept in history.versions if kept.state is VersionState.PUBLISHED]
    return served[0] if served else history.versions[-1]


def _is_open(kept: Kept) -> bool:
    return kept.state in (VersionState.DRAFT, VersionState.IN_REVIEW)


def _try(
    read: Callable[[ZipFile, Member], Restored], archive: ZipFile, member: Member
) -> Restored | Problem:
    """An export may have been changed by hand, or by somebody hostile."""
    try:
        return read(archive, member)
    except UnreadableError as error:
        return Problem(member.name, str(error))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return Problem(member.name, "This part of the export is damaged.")


def _read_history(archive: ZipFile, member: Member) -> History:
    kept: dict[str, Any] = json.loads(unpack(archive, member))
    slug = str(kept["slug"])
    if slug_of(slug) != slug:
        raise UnreadableError("The article has no proper address.")
    versions = tuple(_read_version(each, member.name) for each in kept["versions"])
    if not versions:
        raise UnreadableError("The article has no versions.")
    return History(member.name, slug, UUID(kept["translation_group"]), versions)


def _read_version(kept: dict[str, Any], name: str) -> Kept:
    title, body, fields = kept["title"], kept["body"], kept["fields"]
    if not (isinstance(title, str) and isinstance(body, str) and isinstance(fields, dict)):
        raise UnreadableError("A version has no title, body or fields.")
    return Kept(
        VersionState(kept["state"]), Candidate(name=name, title=title, body=body, fields=fields)
    )


def _read_picture(archive: ZipFile, member: Member) -> Picture:
    about: dict[str, Any] = json.loads(unpack(archive, member))
    file = f"images/{UUID(about['id'])}.bin"
    data = unpack(archive, Member(file, archive.getinfo(file)))
    kind = next((kind for mark, kind in _KINDS.items() if data.startswith(mark)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    width, height = int(about["width"]), int(about["height"])
    proper = 0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE
    if kind is None or not proper or len(data) > _LARGEST_PICTURE:
        raise UnreadableError("It is no PNG, JPEG, GIF or WebP picture of a proper size.")
    return Picture(str(about["name"]), UUID(about["id"]), kind, width, height, data)


def _read_synonyms(archive: ZipFile, member: Member) -> Synonyms:
    kept: dict[str, Any] = json.loads(unpack(archive, member))
    words = tuple(str(word)[:100] for word in kept["words"])
    if not 2 <= len(words) <= 100 or "\x00" in "".join(words):
        raise UnreadableError("A group of synonyms has two to a hundred words.")
    return Synonyms(member.name, str(kept["language"])[:5], words)

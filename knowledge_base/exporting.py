"""Everything in one ZIP: articles as Markdown and with every version, pictures, synonyms.

Called by the gateway and the studio; knowledge_base.importers.restoring reads it back.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from knowledge_base.drafts import Draft
from knowledge_base.importers.applying import list_versions
from knowledge_base.importers.drafting import fields_of
from knowledge_base.importers.restoring import FORMAT, MANIFEST
from knowledge_base.models import (
    Article,
    ArticleVersion,
    ContentImage,
    SynonymGroup,
    VersionState,
)
from knowledge_base.versions import read_content


async def write_export(session: AsyncSession, file: IO[bytes]) -> int:
    """Write everything, as of one moment; return the number of articles."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        articles = (await session.execute(select(Article).order_by(Article.slug))).scalars().all()
        for article in articles:
            versions = await list_versions(session, article)
            if versions:
                await asyncio.to_thread(_write_article, archive, article, versions)
        for (image_id,) in (await session.execute(select(ContentImage.id))).all():
            image = await session.get(ContentImage, image_id)
            if image is not None:
                await asyncio.to_thread(_write_picture, archive, image)
                session.expunge(image)  # one at a time in memory
        for group in (await session.execute(select(SynonymGroup))).scalars():
            words = {"language": group.language, "words": list(group.words)}
            _write_json(archive, f"synonyms/{group.id}.json", words)
        manifest = {"format": FORMAT, "version": 1, "made_at": str(utc_now())}
        _write_json(archive, MANIFEST, manifest | {"articles": len(articles)})
    return len(articles)


def as_markdown(draft: Draft) -> str:
    """Return an article as one Markdown file with front matter."""
    fields = {"slug": draft.slug, "title": draft.title, **fields_of(draft)}
    front = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{front}---\n{draft.body.strip()}\n"


def _write_article(archive: ZipFile, article: Article, versions: list[ArticleVersion]) -> None:
    served = [version for version in versions if version.state == VersionState.PUBLISHED]
    shown = served[0] if served else versions[-1]
    markdown = as_markdown(read_content(article.slug, shown))
    archive.writestr(f"articles/{article.slug}.md", markdown)
    about = {
        "slug": article.slug,
        "translation_group": article.translation_group,
        "versions": [_as_plain(article.slug, version) for version in versions],
    }
    _write_json(archive, f"history/{article.slug}.json", about)


def _as_plain(slug: str, version: ArticleVersion) -> dict[str, Any]:
    content = read_content(slug, version)
    return {
        "number": version.number,
        "state": version.state,
        "author": version.author,
        "created_at": version.created_at,
        "published_at": version.published_at,
        "content_hash": content.content_hash,
        "title": content.title,
        "body": content.body,
        "fields": fields_of(content),
    }


def _write_picture(archive: ZipFile, image: ContentImage) -> None:
    about = {
        "id": image.id,
        "name": image.name,
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
    }
    _write_json(archive, f"images/{image.id}.json", about)
    archive.writestr(f"images/{image.id}.bin", image.data, ZIP_STORED)


def _write_json(archive: ZipFile, name: str, about: Mapping[str, Any]) -> None:
    archive.writestr(name, json.dumps(about, default=str, ensure_ascii=False, indent=1))

"""A version of an article as others see it: frozen, with its content as a draft.

Made by knowledge_base.editorial and library from the tables.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from knowledge_base.drafts import Draft
from knowledge_base.models import Article, ArticleVersion, Audience, Stage, VersionState

OPEN = (VersionState.DRAFT.value, VersionState.IN_REVIEW.value)
"""States of the one version beside the published one that is being worked on."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version: its content, and where it stands."""

    article_id: UUID
    number: int
    state: VersionState
    content: Draft
    revision: int
    author: str
    submitted_by: str | None
    approved_by: str | None
    publish_at: datetime | None
    restored_from: int | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None

    @property
    def slug(self) -> str:
        """The article's address."""
        return self.content.slug

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state.value in OPEN


def view_version(article: Article, version: ArticleVersion) -> VersionView:
    """Return the version, frozen."""
    return VersionView(
        article_id=article.id,
        number=version.number,
        state=VersionState(version.state),
        content=read_content(article.slug, version),
        revision=version.revision,
        author=version.author,
        submitted_by=version.submitted_by,
        approved_by=version.approved_by,
        publish_at=version.publish_at,
        restored_from=version.restored_from,
        created_at=version.created_at,
        updated_at=version.updated_at,
        published_at=version.published_at,
    )


def read_content(slug: str, version: ArticleVersion) -> Draft:
    """Return what a version says, as its author would write it again."""
    return Draft(
        slug=slug,
        title=version.title,
        body=version.body,
        owner=version.owner,
        stage=Stage(version.stage),
        audience=Audience(version.audience),
        language=version.language,
        campaign=version.campaign,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        tags=tuple(version.tags),
        asked_as=tuple(version.asked_as),
        segments=tuple(version.segments),
        review_on=version.review_on,
        cost_cents=version.cost_cents,
        note=version.note,
    )


def write_content(version: ArticleVersion, draft: Draft) -> None:
    """Make the version say what the draft says."""
    version.title, version.body, version.owner = draft.title, draft.body, draft.owner
    version.content_hash = draft.content_hash
    version.stage, version.audience = draft.stage.value, draft.audience.value
    version.language, version.campaign = draft.language, draft.campaign
    version.valid_from, version.valid_until = draft.valid_from, draft.valid_until
    version.tags, version.asked_as = list(draft.tags), list(draft.asked_as)
    version.segments, version.review_on = list(draft.segments), draft.review_on
    version.cost_cents, version.note = draft.cost_cents, draft.note

"""Tables of the knowledge base: articles, their versions, embedded passages, readers' feedback.

Read and written by knowledge_base.repository and knowledge_base.service only.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import utc_now
from kit.database import Base
from kit.ids import new_id


class VersionState(StrEnum):
    """Where a version stands between a marketer's desk and the customer."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Stage(StrEnum):
    """The relationship stage an article speaks to."""

    ANY = "any"
    ACQUISITION = "acquisition"
    RETENTION = "retention"
    TERMINATION = "termination"


class Audience(StrEnum):
    """Who may read an article."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


class PassageKind(StrEnum):
    """What a passage is: quotable body text, a phrasing customers use, or the title."""

    PASSAGE = "passage"
    ASKED_AS = "asked_as"
    TITLE = "title"


def _one_of(column: str, kinds: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(kind.value) for kind in kinds)})"


class Article(Base):
    """What stays the same over all versions: the identity and the address."""

    __tablename__ = "articles"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ArticleVersion(Base):
    """One state of an article's content; at most one per article is published."""

    __tablename__ = "article_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        CheckConstraint(_one_of("state", VersionState), name="state"),
        CheckConstraint(_one_of("stage", Stage), name="stage"),
        CheckConstraint(_one_of("audience", Audience), name="audience"),
        Index(
            "uq_article_versions_published",
            "article_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text, default=VersionState.DRAFT)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(Text, default=Stage.ANY)
    audience: Mapped[str] = mapped_column(Text, default=Audience.PUBLIC)
    language: Mapped[str] = mapped_column(Text, default="en")
    campaign: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    asked_as: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    published_at: Mapped[datetime | None]


class Passage(Base):
    """A searchable piece of a version, with its vector and the encoder that made it."""

    __tablename__ = "passages"
    __table_args__ = (
        CheckConstraint(_one_of("kind", PassageKind), name="kind"),
        Index("ix_passages_lexemes", "lexemes", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(
        ForeignKey("article_versions.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    heading: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    encoder: Mapped[str] = mapped_column(Text)
    # A column, not a constant: each language is stemmed by its own rules.
    config: Mapped[str] = mapped_column(REGCONFIG, default="english")
    lexemes: Mapped[str] = mapped_column(
        TSVECTOR, Computed("to_tsvector(config, heading || ' ' || text)", persisted=True)
    )


class ArticleFeedback(Base):
    """Whether an answer helped; the message is the CRM's, known here by its id only."""

    __tablename__ = "article_feedback"
    __table_args__ = (UniqueConstraint("message_id", "article_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID]
    article_id: Mapped[UUID] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int]
    helped: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

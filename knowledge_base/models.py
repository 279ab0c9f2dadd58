"""Tables of the knowledge base: articles, their versions, embedded passages, images, synonyms.

Read and written by knowledge_base.* only; what became of the articles is in knowledge_base.traces.
"""

from datetime import date, datetime
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
    # Articles that say the same in other languages share it.
    translation_group: Mapped[UUID] = mapped_column(
        default=new_id, server_default=text("gen_random_uuid()"), index=True
    )
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
    # Who may read it besides the audience: one of these segments; everybody when empty.
    segments: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    review_on: Mapped[date | None]
    # What writing it cost, for its return on investment.
    cost_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    # What changed, in the author's words.
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Counts the changes of an article's drafts: who saves or approves must have seen the last one.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    # Logins, not ids: knowledge_base knows no employees.
    author: Mapped[str] = mapped_column(Text, default="", server_default="")
    submitted_by: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[str | None] = mapped_column(Text)
    # When the scheduler publishes it.
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    restored_from: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, server_default=text("now()"))
    published_at: Mapped[datetime | None]


class ArticleEvent(Base):
    """What somebody did to an article: the history the studio shows."""

    __tablename__ = "article_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int | None]
    what: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)


class ContentImage(Base):
    """A picture that articles show, kept by its content."""

    __tablename__ = "content_images"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    media_type: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SynonymGroup(Base):
    """Words that customers and articles use for the same thing, in one language."""

    __tablename__ = "synonym_groups"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    language: Mapped[str] = mapped_column(Text, default="en")
    words: Mapped[list[str]] = mapped_column(ARRAY(Text))
    updated_by: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


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


class PassageVector(Base):
    """A passage's vector by another encoder than the one it was published with.

    Kept beside each other while the encoder changes, so that either can serve.
    """

    __tablename__ = "passage_vectors"

    encoder: Mapped[str] = mapped_column(Text, primary_key=True)
    passage_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    vector: Mapped[bytes] = mapped_column(LargeBinary)

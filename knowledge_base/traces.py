"""Tables of what became of the articles: questions asked, feedback, links followed, offers.

Written by knowledge_base.service and read by insights.content. Customers, conversations and
messages are the CRM's and known here by their ids only.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.clock import utc_now
from kit.database import Base
from kit.ids import new_id


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


class AskedQuestion(Base):
    """A question the knowledge base was asked in a conversation, and what it answered.

    `question` is masked before it is stored. `article_id` is what was quoted, `offered` what was
    offered beside it; both are empty when nothing was found.
    """

    __tablename__ = "asked_questions"
    __table_args__ = (
        UniqueConstraint("message_id", "question"),
        Index("ix_asked_questions_article", "article_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID]
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="en")
    verdict: Mapped[str] = mapped_column(Text)
    probability: Mapped[float]
    # No foreign keys: what was answered stays true when the article is gone.
    article_id: Mapped[UUID | None]
    version: Mapped[int | None]
    passage_id: Mapped[int | None] = mapped_column(BigInteger)
    offered: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    asked_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class LinkFollowed(Base):
    """Somebody opened an article from an answer or an offer; `message_id` says from which."""

    __tablename__ = "links_followed"
    __table_args__ = (UniqueConstraint("message_id", "article_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int]
    message_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(default=utc_now)


class SigningKey(Base):
    """A secret all processes share, made when first needed; it signs addresses we hand out."""

    __tablename__ = "signing_keys"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PageFeedback(Base):
    """A reader of the help centre said whether an article helped; `visitor` is a digest."""

    __tablename__ = "page_feedback"
    __table_args__ = (UniqueConstraint("article_id", "version", "visitor"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[UUID] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )
    version: Mapped[int]
    visitor: Mapped[str] = mapped_column(Text)
    helped: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ContentOffer(Base):
    """Content chosen for a customer at a moment; with `holdout` it was withheld, to compare."""

    __tablename__ = "content_offers"
    __table_args__ = (Index("ix_content_offers_article", "article_id", "offered_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    place: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    holdout: Mapped[bool]
    message_id: Mapped[UUID | None]
    offered_at: Mapped[datetime] = mapped_column(default=utc_now)

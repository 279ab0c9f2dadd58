"""Articles get the fields of editorial work, and what became of them is kept.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "asked_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("passage_id", sa.BigInteger(), nullable=True),
        sa.Column("offered", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_questions")),
        sa.UniqueConstraint(
            "message_id", "question", name=op.f("uq_asked_questions_message_id_question")
        ),
    )
    op.create_index(
        "ix_asked_questions_article", "asked_questions", ["article_id", "asked_at"], unique=False
    )
    op.create_index(
        op.f("ix_asked_questions_asked_at"), "asked_questions", ["asked_at"], unique=False
    )
    op.create_index(
        op.f("ix_asked_questions_conversation_id"),
        "asked_questions",
        ["conversation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_asked_questions_customer_id"), "asked_questions", ["customer_id"], unique=False
    )
    op.create_table(
        "content_images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_images")),
        sa.UniqueConstraint("sha256", name=op.f("uq_content_images_sha256")),
    )
    op.create_table(
        "synonym_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_groups")),
    )
    op.create_table(
        "article_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_events_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_events")),
    )
    op.create_index(
        op.f("ix_article_events_article_id"), "article_events", ["article_id"], unique=False
    )
    op.create_table(
        "content_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("holdout", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_content_offers_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_offers")),
    )
    op.create_index(
        "ix_content_offers_article", "content_offers", ["article_id", "offered_at"], unique=False
    )
    op.create_index(
        op.f("ix_content_offers_customer_id"), "content_offers", ["customer_id"], unique=False
    )
    op.create_table(
        "links_followed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_links_followed_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links_followed")),
    )
    op.create_index(
        op.f("ix_links_followed_article_id"), "links_followed", ["article_id"], unique=False
    )
    op.create_table(
        "page_feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_page_feedback_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_feedback")),
        sa.UniqueConstraint(
            "article_id",
            "version",
            "visitor",
            name=op.f("uq_page_feedback_article_id_version_visitor"),
        ),
    )
    op.create_index(
        op.f("ix_page_feedback_article_id"), "page_feedback", ["article_id"], unique=False
    )
    op.add_column(
        "article_versions",
        sa.Column("segments", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("article_versions", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column(
        "article_versions",
        sa.Column("cost_cents", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "article_versions", sa.Column("note", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "article_versions", sa.Column("revision", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "article_versions", sa.Column("author", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("article_versions", sa.Column("submitted_by", sa.Text(), nullable=True))
    op.add_column("article_versions", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column(
        "article_versions", sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("article_versions", sa.Column("restored_from", sa.Integer(), nullable=True))
    op.add_column(
        "article_versions",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_article_versions_publish_at"), "article_versions", ["publish_at"], unique=False
    )
    op.add_column(
        "articles",
        sa.Column(
            "translation_group",
            sa.Uuid(),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_articles_translation_group"), "articles", ["translation_group"], unique=False
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_articles_translation_group"), table_name="articles")
    op.drop_column("articles", "translation_group")
    op.drop_index(op.f("ix_article_versions_publish_at"), table_name="article_versions")
    op.drop_column("article_versions", "updated_at")
    op.drop_column("article_versions", "restored_from")
    op.drop_column("article_versions", "publish_at")
    op.drop_column("article_versions", "approved_by")
    op.drop_column("article_versions", "submitted_by")
    op.drop_column("article_versions", "author")
    op.drop_column("article_versions", "revision")
    op.drop_column("article_versions", "note")
    op.drop_column("article_versions", "cost_cents")
    op.drop_column("article_versions", "review_on")
    op.drop_column("article_versions", "segments")
    op.drop_index(op.f("ix_page_feedback_article_id"), table_name="page_feedback")
    op.drop_table("page_feedback")
    op.drop_index(op.f("ix_links_followed_article_id"), table_name="links_followed")
    op.drop_table("links_followed")
    op.drop_index(op.f("ix_content_offers_customer_id"), table_name="content_offers")
    op.drop_index("ix_content_offers_article", table_name="content_offers")
    op.drop_table("content_offers")
    op.drop_index(op.f("ix_article_events_article_id"), table_name="article_events")
    op.drop_table("article_events")
    op.drop_table("synonym_groups")
    op.drop_table("content_images")
    op.drop_index(op.f("ix_asked_questions_customer_id"), table_name="asked_questions")
    op.drop_index(op.f("ix_asked_questions_conversation_id"), table_name="asked_questions")
    op.drop_index(op.f("ix_asked_questions_asked_at"), table_name="asked_questions")
    op.drop_index("ix_asked_questions_article", table_name="asked_questions")
    op.drop_table("asked_questions")

"""A link followed counts once per message and article; the key that signs such links is kept.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "signing_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signing_keys")),
    )
    op.create_unique_constraint(
        op.f("uq_links_followed_message_id_article_id"),
        "links_followed",
        ["message_id", "article_id"],
    )


def downgrade() -> None:
    """Take back."""
    op.drop_constraint(op.f("uq_links_followed_message_id_article_id"), "links_followed")
    op.drop_table("signing_keys")

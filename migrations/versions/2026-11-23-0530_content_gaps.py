"""Gaps in the content that people have seen keep their identity.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "content_gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "drafted",
                "phrased",
                "dismissed",
                name="gapstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_gaps")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("content_gaps")

"""Manner: language of a conversation; mood of an episode, and what waits in it.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("conversations", sa.Column("language", sa.String(), nullable=True))
    op.add_column("episodes", sa.Column("mood", sa.String(), server_default="calm", nullable=False))
    op.add_column(
        "episodes", sa.Column("mood_lasts", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "episodes",
        sa.Column("waiting", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.alter_column("episodes", "mood", server_default=None)
    op.alter_column("episodes", "mood_lasts", server_default=None)


def downgrade() -> None:
    """Revert."""
    op.drop_column("episodes", "waiting")
    op.drop_column("episodes", "mood_lasts")
    op.drop_column("episodes", "mood")
    op.drop_column("conversations", "language")

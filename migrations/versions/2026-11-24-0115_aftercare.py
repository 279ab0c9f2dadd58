"""How it was for the customer, person by person, and whether it stayed solved.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("ratings", sa.Column("handoff_id", sa.Uuid(), nullable=True))
    op.add_column("ratings", sa.Column("agent_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_ratings_handoff_id"), "ratings", ["handoff_id"])
    op.create_index(op.f("ix_ratings_agent_id"), "ratings", ["agent_id"])
    op.add_column("handoffs", sa.Column("follow_up_at", _TIME, nullable=True))
    op.add_column("handoffs", sa.Column("followed_up_at", _TIME, nullable=True))
    op.add_column("handoffs", sa.Column("stayed_solved", sa.Boolean(), nullable=True))
    op.create_index(op.f("ix_handoffs_follow_up_at"), "handoffs", ["follow_up_at"])


def downgrade() -> None:
    """Take it back; who helped and whether it stayed solved is forgotten."""
    for column in ("follow_up_at", "followed_up_at", "stayed_solved"):
        op.drop_column("handoffs", column)
    for column in ("handoff_id", "agent_id"):
        op.drop_column("ratings", column)

"""A passage may have vectors of several encoders, so that one serves while another is made.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "passage_vectors",
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"],
            ["passages.id"],
            name=op.f("fk_passage_vectors_passage_id_passages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("encoder", "passage_id", name=op.f("pk_passage_vectors")),
    )
    op.create_index(op.f("ix_passage_vectors_passage_id"), "passage_vectors", ["passage_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("passage_vectors")

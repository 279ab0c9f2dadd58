"""Conversations say who reads along; what began in public is a case, led on by private links.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATE = sa.Enum(
    "open", "continued", "solved", "closed", name="casestate", native_enum=False, length=32
)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "conversations",
        sa.Column("audience", sa.String(), server_default="private", nullable=False),
    )
    op.execute(
        "UPDATE conversations SET audience = 'public' WHERE EXISTS (SELECT FROM messages"
        " WHERE messages.conversation_id = conversations.id"
        " AND messages.payload ->> 'audience' = 'public')"
    )
    op.create_table(
        "public_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("private_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("state", _STATE, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("begins_after", sa.BigInteger(), nullable=False),
        sa.Column("taken_seq", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name not in _ALWAYS)
            for name in _TIMES
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_public_cases_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["private_id"],
            ["conversations.id"],
            name=op.f("fk_public_cases_private_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_cases")),
    )
    op.create_index(op.f("ix_public_cases_conversation_id"), "public_cases", ["conversation_id"])
    op.create_index(op.f("ix_public_cases_private_id"), "public_cases", ["private_id"])
    op.create_index("ix_public_cases_place", "public_cases", ["channel", "place"])
    op.create_index(
        "ix_public_cases_due",
        "public_cases",
        ["id"],
        postgresql_where=sa.text("state = 'solved' OR invite_at IS NOT NULL"),
    )
    op.create_table(
        "private_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["public_cases.id"],
            name=op.f("fk_private_links_case_id_public_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_private_links")),
    )
    op.create_index(op.f("ix_private_links_case_id"), "private_links", ["case_id"])


_ALWAYS = ("opened_at", "acknowledged_at")
_TIMES = (*_ALWAYS, "told_at", "invite_at", "continued_at", "solved_at", "closed_at")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("private_links")
    op.drop_table("public_cases")
    op.drop_column("conversations", "audience")

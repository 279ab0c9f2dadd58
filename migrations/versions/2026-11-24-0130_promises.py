"""What employees and the bot have promised, and by when.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_MAKERS = sa.Enum("agent", "bot", name="maker", native_enum=False, length=32)
_STATES = sa.Enum(
    *("open", "kept", "broken", "withdrawn"), name="promisestate", native_enum=False, length=32
)
_REFERENCES = {
    "customer_id": "customers",
    "conversation_id": "conversations",
    "handoff_id": "handoffs",
    "agent_id": "agents",
    "settled_by": "agents",
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "promises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", _MAKERS, nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("made_key", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("state", _STATES, nullable=False),
        sa.Column("warn_at", _TIME, nullable=True),
        sa.Column("warned_at", _TIME, nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint("made_key", name=op.f("uq_promises_made_key")),
        *[
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_promises_{column}_{table}")
            )
            for column, table in _REFERENCES.items()
        ],
    )
    for column in ("customer_id", "conversation_id"):
        op.create_index(op.f(f"ix_promises_{column}"), "promises", [column])
    for name, column, where in (
        ("ix_promises_warn_at", "warn_at", "state = 'open' AND warned_at IS NULL"),
        ("ix_promises_due_at", "due_at", "state = 'open'"),
        ("ix_promises_unsettled", "agent_id", "settled_at IS NULL"),
    ):
        op.create_index(name, "promises", [column], postgresql_where=sa.text(where))


def downgrade() -> None:
    """Take it back; what was promised is lost."""
    op.drop_table("promises")

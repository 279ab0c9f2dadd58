"""How much goodwill everybody may give, and the ledger of what was given.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ROLES = sa.Enum("agent", "marketer", "lead", "manager", name="role", native_enum=False, length=32)


def upgrade() -> None:
    """Apply."""
    _add_limits()
    _add_ledger()


def _add_limits() -> None:
    op.create_table(
        "goodwill_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", _ROLES, nullable=True),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "(role IS NULL) <> (agent_id IS NULL)", name=op.f("ck_goodwill_limits_whose")
        ),
        sa.CheckConstraint(
            "amount_cents >= 0 AND window_days > 0", name=op.f("ck_goodwill_limits_sense")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_goodwill_limits_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill_limits")),
        sa.UniqueConstraint("role", name=op.f("uq_goodwill_limits_role")),
        sa.UniqueConstraint("agent_id", name=op.f("uq_goodwill_limits_agent_id")),
    )


def _add_ledger() -> None:
    kinds = sa.Enum("credit", "refund", "gift", name="goodwillkind", native_enum=False, length=32)
    states = sa.Enum(
        "asked",
        "granted",
        "refused",
        "withdrawn",
        name="grantstate",
        native_enum=False,
        length=32,
    )
    people = ("agent_id", "authorised_by", "decided_by")
    op.create_table(
        "goodwill_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("authorised_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_goodwill_grants_amount")),
        sa.UniqueConstraint(
            "agent_id", "client_key", name="uq_goodwill_grants_agent_id_client_key"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill_grants")),
        *[
            sa.ForeignKeyConstraint(
                [column], ["agents.id"], name=op.f(f"fk_goodwill_grants_{column}_agents")
            )
            for column in people
        ],
        *[
            sa.ForeignKeyConstraint(
                [f"{one}_id"],
                [f"{one}s.id"],
                name=op.f(f"fk_goodwill_grants_{one}_id_{one}s"),
            )
            for one in ("customer", "conversation", "handoff")
        ],
    )
    for column in ("customer_id", "handoff_id", "state"):
        op.create_index(op.f(f"ix_goodwill_grants_{column}"), "goodwill_grants", [column])
    op.create_index(
        "ix_goodwill_grants_authorised",
        "goodwill_grants",
        ["authorised_by", "customer_id", "decided_at"],
    )


def downgrade() -> None:
    """Take it back; the ledger is lost."""
    op.drop_table("goodwill_grants")
    op.drop_table("goodwill_limits")

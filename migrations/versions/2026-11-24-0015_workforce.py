"""Teams, presence, what agents can do, and the clocks of what was promised to customers.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB()
_KINDS = sa.Enum(
    "first_reply", "next_reply", "resolution", name="clockkind", native_enum=False, length=32
)
_USUAL = (
    '{"name": "normal", "first_reply": 60, "next_reply": 60, "resolution": 960,'
    ' "around_the_clock": false}'
)

# Cases that are open already keep their due time; the solution gets the usual one.
_FIRST_REPLIES = """
    INSERT INTO sla_clocks (id, handoff_id, kind, target_s, used_s, started_at, running_since,
                            warn_at, due_at)
    SELECT gen_random_uuid(), id, 'first_reply', extract(epoch FROM sla_due_at - opened_at), 0,
           opened_at, opened_at, sla_due_at, sla_due_at
    FROM handoffs WHERE state = 'waiting'
"""
_SOLUTIONS = """
    INSERT INTO sla_clocks (id, handoff_id, kind, target_s, used_s, started_at, running_since,
                            warn_at, due_at)
    SELECT gen_random_uuid(), id, 'resolution', 960 * 60, 0, opened_at, opened_at,
           opened_at + interval '720 minutes', opened_at + interval '960 minutes'
    FROM handoffs WHERE state IN ('waiting', 'claimed')
"""


def upgrade() -> None:
    """Apply."""
    _add_people()
    _add_to_handoffs()
    _add_clocks()


def _add_people() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("holidays", sa.String(), nullable=False),
        sa.Column("skills", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("key", name=op.f("uq_teams_key")),
    )
    op.add_column("agents", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("agents", sa.Column("skills", _JSON, nullable=False, server_default="[]"))
    op.add_column("agents", sa.Column("languages", _JSON, nullable=False, server_default="[]"))
    op.add_column("agents", sa.Column("capacity", sa.Integer(), nullable=False, server_default="5"))
    for column in ("skills", "languages", "capacity"):
        op.alter_column("agents", column, server_default=None)
    op.create_index(op.f("ix_agents_team_id"), "agents", ["team_id"])
    op.create_foreign_key(op.f("fk_agents_team_id_teams"), "agents", "teams", ["team_id"], ["id"])
    states = sa.Enum(
        "available", "away", "offline", name="presencestate", native_enum=False, length=32
    )
    op.create_table(
        "agent_presence",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("heartbeat_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("assigned_at", _TIME, nullable=True),
        sa.Column("calm_until", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_agent_presence_agent_id_agents")
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_presence")),
    )


def _add_to_handoffs() -> None:
    op.add_column("handoffs", sa.Column("sla", _JSON, nullable=False, server_default=_USUAL))
    op.add_column("handoffs", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("handoffs", sa.Column("last_agent_id", sa.Uuid(), nullable=True))
    op.add_column(
        "handoffs", sa.Column("skill", sa.String(), nullable=False, server_default="care")
    )
    op.add_column(
        "handoffs", sa.Column("hostile", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for column in ("sla", "skill", "hostile"):
        op.alter_column("handoffs", column, server_default=None)
    op.alter_column("handoffs", "sla_due_at", nullable=True)
    op.add_column("handoffs", sa.Column("sla_due_kind", _KINDS, nullable=True))
    op.execute("UPDATE handoffs SET sla_due_kind = 'first_reply' WHERE state = 'waiting'")
    op.create_foreign_key(
        op.f("fk_handoffs_team_id_teams"), "handoffs", "teams", ["team_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_handoffs_last_agent_id_agents"), "handoffs", "agents", ["last_agent_id"], ["id"]
    )


def _add_clocks() -> None:
    op.create_table(
        "sla_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _KINDS, nullable=False),
        sa.Column("target_s", sa.Integer(), nullable=False),
        sa.Column("used_s", sa.Integer(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("running_since", _TIME, nullable=True),
        sa.Column("warn_at", _TIME, nullable=True),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("warned_at", _TIME, nullable=True),
        sa.Column("breached_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_sla_clocks_handoff_id_handoffs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clocks")),
    )
    op.create_index(op.f("ix_sla_clocks_handoff_id"), "sla_clocks", ["handoff_id"])
    op.create_index(
        "ix_sla_clocks_open",
        "sla_clocks",
        ["handoff_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for column, marked in (("due_at", "breached_at"), ("warn_at", "warned_at")):
        op.create_index(
            f"ix_sla_clocks_{column}",
            "sla_clocks",
            [column],
            postgresql_where=sa.text(f"{marked} IS NULL"),
        )
    op.execute(_FIRST_REPLIES)
    op.execute(_SOLUTIONS)


def downgrade() -> None:
    """Take it back; nobody knows any more what was promised when."""
    op.drop_table("sla_clocks")
    op.execute("UPDATE handoffs SET sla_due_at = opened_at WHERE sla_due_at IS NULL")
    op.alter_column("handoffs", "sla_due_at", nullable=False)
    for column in ("sla", "sla_due_kind", "team_id", "last_agent_id", "skill", "hostile"):
        op.drop_column("handoffs", column)
    op.drop_table("agent_presence")
    for column in ("team_id", "skills", "languages", "capacity"):
        op.drop_column("agents", column)
    op.drop_table("teams")

"""One customer, many accounts: verified identities, codes, merges with their rows, decisions.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("identities", sa.Column("verified", sa.String(), nullable=True))
    op.create_index(op.f("ix_identities_verified"), "identities", ["verified"])
    op.add_column("consents", sa.Column("identity_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_consents_identity_id_identities"),
        "consents",
        "identities",
        ["identity_id"],
        ["id"],
    )
    # What was said when still never changes; whose it is today may, when customers are merged.
    _refuse_changes(
        "IF to_jsonb(NEW) - 'customer_id' = to_jsonb(OLD) - 'customer_id' THEN RETURN NEW; END IF;"
    )
    _create_codes()
    _create_pending_links()
    _create_merges()
    _create_decisions()
    _create_profile_changes()


def downgrade() -> None:
    """Take it back; customers stay merged as they are."""
    for table in (
        "profile_changes",
        "link_decisions",
        "merged_rows",
        "merges",
        "pending_links",
        "link_tries",
        "link_codes",
    ):
        op.drop_table(table)
    _refuse_changes()
    op.drop_column("consents", "identity_id")
    op.drop_index(op.f("ix_identities_verified"), "identities")
    op.drop_column("identities", "verified")


def _refuse_changes(unless: str = "") -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {unless} RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
    )


def _create_codes() -> None:
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.Column("used_by_id", sa.Uuid(), nullable=True),
        _points("link_codes", "identity_id", "identities"),
        _points("link_codes", "used_by_id", "identities"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_codes")),
    )
    op.create_index(op.f("ix_link_codes_identity_id"), "link_codes", ["identity_id"])
    op.create_index(op.f("ix_link_codes_expires_at"), "link_codes", ["expires_at"])
    op.create_table(
        "link_tries",
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("blocked_until", _TIME, nullable=True),
        _points("link_tries", "identity_id", "identities"),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_link_tries")),
    )


def _create_pending_links() -> None:
    op.create_table(
        "pending_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("proof", _choose("proof", "code", "verified", "employee"), nullable=False),
        sa.Column("proved_at", _TIME, nullable=False),
        _points("pending_links", "first_id", "identities"),
        _points("pending_links", "second_id", "identities"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_links")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_pending_links_first_id_second_id")
        ),
    )
    op.create_index(op.f("ix_pending_links_second_id"), "pending_links", ["second_id"])


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("proof", _choose("proof", "code", "verified", "employee"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("profile", postgresql.JSONB(), nullable=False),
        sa.Column("merged_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
        sa.CheckConstraint("kept_id <> absorbed_id", name=op.f("ck_merges_two_customers")),
        _points("merges", "kept_id", "customers"),
        _points("merges", "absorbed_id", "customers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_kept_id"), "merges", ["kept_id"])
    op.create_index(
        "ix_merges_in_force",
        "merges",
        ["absorbed_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "merged_rows",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("fate", _choose("fate", "moved", "gave_way", "stayed"), nullable=False),
        _points("merged_rows", "merge_id", "merges", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("merge_id", "table_name", "row_id", name=op.f("pk_merged_rows")),
    )


def _create_decisions() -> None:
    op.create_table(
        "link_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", _choose("verdict", "accepted", "rejected"), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        _points("link_decisions", "first_id", "customers"),
        _points("link_decisions", "second_id", "customers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_decisions")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_link_decisions_first_id_second_id")
        ),
    )
    op.create_index(op.f("ix_link_decisions_second_id"), "link_decisions", ["second_id"])


def _create_profile_changes() -> None:
    op.create_table(
        "profile_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        _points("profile_changes", "customer_id", "customers"),
        _points("profile_changes", "message_id", "messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_changes")),
        sa.UniqueConstraint(
            "message_id", "field", name=op.f("uq_profile_changes_message_id_field")
        ),
    )
    op.create_index(op.f("ix_profile_changes_customer_id"), "profile_changes", ["customer_id"])


def _points(table: str, column: str, to: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, **more)  # type: ignore[arg-type]  # one dict of options for several keys


def _choose(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)

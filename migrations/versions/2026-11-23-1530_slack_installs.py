"""Slack workspaces that installed the app, and installations under way.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "slack_installs",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("bot_user", sa.String(), nullable=False),
        sa.Column("sealed_token", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("installed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_slack_installs")),
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_slack_oauth_states")),
    )
    op.create_index(op.f("ix_slack_oauth_states_expires_at"), "slack_oauth_states", ["expires_at"])


def downgrade() -> None:
    """Take it back; every workspace has to install the app anew."""
    op.drop_table("slack_oauth_states")
    op.drop_table("slack_installs")

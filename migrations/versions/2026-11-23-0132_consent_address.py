"""Where a newsletter goes that was asked for with an address of its own.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("consents", sa.Column("email", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("consents", "email")

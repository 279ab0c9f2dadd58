"""A web chat session says who its visitor is in the shop, if the shop has signed that.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("web_sessions", sa.Column("verified", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("web_sessions", "verified")

"""One message may ask for the same thing twice; each of its requests is opened once.

Revision: 0006, after 0005.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_constraint("uq_service_requests_message_id_kind", "service_requests")
    op.create_unique_constraint(
        op.f("uq_service_requests_message_id_number"), "service_requests", ["message_id", "number"]
    )


def downgrade() -> None:
    """Undo."""
    op.drop_constraint("uq_service_requests_message_id_number", "service_requests")
    op.create_unique_constraint(
        op.f("uq_service_requests_message_id_kind"), "service_requests", ["message_id", "kind"]
    )

"""What orders through the REST API need: sales tax, numbers of their own, and keys against doing one twice."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0005_orders.sql`."""
    run_script("0005_orders")

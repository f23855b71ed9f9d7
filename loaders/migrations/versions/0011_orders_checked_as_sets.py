"""References of orders to suppliers are checked as sets."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0011_orders_checked_as_sets.sql`."""
    run_script("0011_orders_checked_as_sets")

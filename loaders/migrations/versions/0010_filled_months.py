"""A month that was filled aside says whose rows it holds."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0010_filled_months.sql`."""
    run_script("0010_filled_months")

"""Months that are filled aside and attached; what every table and column means; indexes that nothing reads go."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0007_months.sql` and `sql/0007_meanings.sql`."""
    run_script("0007_months")
    run_script("0007_meanings")

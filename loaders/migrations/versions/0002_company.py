"""The company's tables, and what only the simulator knows."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0002_company.sql`."""
    run_script("0002_company")

"""What is brought back through the REST API is input of the world, as orders are."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0008_returns.sql`."""
    run_script("0008_returns")

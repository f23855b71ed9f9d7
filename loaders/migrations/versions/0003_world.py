"""The world's clock, state, input and runs."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0003_world.sql`."""
    run_script("0003_world")

"""Corrections of published rows are noted, for the models that build only their newest days."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0009_corrections.sql`."""
    run_script("0009_corrections")

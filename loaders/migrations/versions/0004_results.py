"""Forecasts, recommendations, and records of the pipeline."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0004_results.sql`."""
    run_script("0004_results")

"""How far each model has been built is recorded."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0012_model_builds.sql`."""
    run_script("0012_model_builds")

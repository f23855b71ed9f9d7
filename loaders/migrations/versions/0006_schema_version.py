"""Every part may see which schema it works on."""

from __future__ import annotations

from loaders.migrations.script import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the statements of `sql/0006_schema_version.sql`."""
    run_script("0006_schema_version")

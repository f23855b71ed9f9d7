"""Migrations whose statements are plain SQL files."""

from __future__ import annotations

from pathlib import Path

from alembic import op

SCRIPTS = Path(__file__).parent / "sql"


def run_script(name: str) -> None:
    """Run every statement of `sql/<name>.sql` on the migration's own connection and transaction."""
    # without parameters the driver takes many statements at once and leaves % alone
    op.get_bind().exec_driver_sql((SCRIPTS / f"{name}.sql").read_text(), execution_options={"no_parameters": True})

"""Alembic's entry: runs the migrations on the connection that `loaders.migrate` opened."""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Apply the outstanding revisions, each in a transaction of its own."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=None,
        version_table="schema_version",
        version_table_schema="operations",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

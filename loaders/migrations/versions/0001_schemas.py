"""Schemas and who may use them."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

READABLE_BY_READER = ("public", "analytics", "predictions", "operations")


def upgrade() -> None:
    """Create the schemas; the working roles exist already (`loaders.migrate`)."""
    op.execute("revoke all on schema public from public")
    for schema in ("truth", "operations"):
        op.execute(f"create schema if not exists {schema}")
    # dbt creates and replaces what lies in analytics; models of the future lie in predictions
    op.execute("grant walmart_loader to current_user")
    for schema in ("analytics", "predictions"):
        op.execute(f"create schema if not exists {schema} authorization walmart_loader")
        op.execute(f"grant all on schema {schema} to current_user")
    for schema in READABLE_BY_READER:
        op.execute(f"grant usage on schema {schema} to walmart_reader, walmart_app, walmart_loader")
        op.execute(f"alter default privileges in schema {schema} grant select on tables to walmart_reader, walmart_app")
    for schema in ("analytics", "predictions"):
        op.execute(
            f"alter default privileges for role walmart_loader in schema {schema} "
            "grant select on tables to walmart_reader, walmart_app"
        )
    op.execute("grant usage on schema truth to walmart_loader")


def downgrade() -> None:
    """Drop the schemas with all that is in them."""
    for schema in ("predictions", "analytics", "truth"):
        op.execute(f"drop schema if exists {schema} cascade")

"""Bring the company's database to the current schema, and its roles to the chosen passwords."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from loaders.db import ROLE_NAMES, connect, explain, login, sqlalchemy_url
from loaders.errors import DatabaseUnavailable, MigrationError
from loaders.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x57414C4D  # advisory lock: two migrations at once would trip over each other


def migrate(settings: Settings) -> str:
    """Run every outstanding migration as the owner; returns the schema's revision.

    Safe to repeat and to run from two processes at once.

    Raises:
        DatabaseUnavailable: the server cannot be reached or refuses the login.
        MigrationError: a migration failed; the database is as it was before that migration.
    """
    _ensure_roles(settings)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = create_engine(sqlalchemy_url(settings, "owner"))
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.execute(text("create schema if not exists operations"))
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except OperationalError as error:
        cause = error.orig if isinstance(error.orig, psycopg.Error) else psycopg.OperationalError(str(error))
        raise DatabaseUnavailable(explain(settings, cause)) from error
    except SQLAlchemyError as error:
        message = f"The database's schema could not be migrated: {' '.join(str(error).split())[:300]}"
        raise MigrationError(message) from error
    finally:
        engine.dispose()
    return head()


def head() -> str:
    """The newest revision that this code knows."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    revision = ScriptDirectory.from_config(config).get_current_head()
    if revision is None:
        message = "No migrations are installed beside loaders/migrate.py: the installation is damaged."
        raise MigrationError(message)
    return revision


def _ensure_roles(settings: Settings) -> None:
    """Create the three working roles where missing, and set their passwords."""
    with connect(settings, "owner") as connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        cursor.execute("select rolname from pg_roles where rolname = any(%s)", (list(ROLE_NAMES.values()),))
        present = {name for (name,) in cursor.fetchall()}
        try:
            for role, name in ROLE_NAMES.items():
                action = sql.SQL("alter role") if name in present else sql.SQL("create role")
                cursor.execute(
                    sql.SQL("{} {} login password {}").format(
                        action, sql.Identifier(name), sql.Literal(login(settings, role)[1])
                    )
                )
        except psycopg.errors.InsufficientPrivilege as error:
            message = (
                f"{settings.db_user} may not create the roles {', '.join(ROLE_NAMES.values())}: "
                f"run `alter role {settings.db_user} createrole` on the server as a superuser."
            )
            raise MigrationError(message) from error

"""What can go wrong in settings, databases and loads; every message is meant for a person."""

from __future__ import annotations


class WalmartSimError(Exception):
    """Base of all errors that the product raises on purpose. `str(error)` is one plain sentence."""


class SettingsError(WalmartSimError):
    """The environment or `.env` holds a value that cannot be used."""


class DatabaseUnavailable(WalmartSimError):
    """PostgreSQL cannot be reached, or refuses the login."""


class MigrationError(WalmartSimError):
    """The database's schema cannot be brought to the current version."""

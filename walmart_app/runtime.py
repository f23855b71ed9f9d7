"""What a web worker has one of: the settings, read once, and the connections for reading."""

from __future__ import annotations

from functools import cache

from loaders.settings import Settings
from walmart_app.queries.database import Database


@cache
def settings() -> Settings:
    """The product's settings."""
    return Settings.load()


@cache
def reader() -> Database:
    """Connections of the role that may only read; opened at their first use."""
    return Database(settings(), "reader")

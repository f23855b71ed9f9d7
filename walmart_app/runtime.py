"""The settings of this web worker, read once."""

from __future__ import annotations

from functools import cache

from loaders.settings import Settings


@cache
def settings() -> Settings:
    """The product's settings."""
    return Settings.load()

"""The tests of queries read the company that has models and predictions, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from loaders.db import connect
from loaders.settings import Settings


@pytest.fixture(scope="session")
def company(modelled_company: Settings) -> Settings:
    """Ten weeks of a small chain, all models built, forecasts and recommendations made."""
    return modelled_company


@pytest.fixture
def reader(company: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the role that the pages read with."""
    with connect(company, "reader") as connection:
        yield connection

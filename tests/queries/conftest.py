"""A small company with its models and predictions, made once; the tests of queries read it and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from loaders import pipeline, predictions
from loaders.db import connect
from loaders.dbt import DbtProject
from loaders.settings import Settings
from tests.api.conftest import copy_of
from tests.conftest import TEMPLATE

NOW = datetime(2026, 3, 13, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def company(postgres_server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Ten weeks of a small chain, all models built, forecasts and recommendations made."""
    with copy_of(postgres_server, TEMPLATE, "queries_company") as settings:
        size = {"sim_customers": 300, "sim_products": 120, "sim_stores": 3, "sim_days": 70, "sim_seed": 7}
        settings = settings.model_copy(update=size)
        pipeline.run(settings, now=NOW)
        DbtProject(settings, tmp_path_factory.mktemp("dbt")).build()
        predictions.forecast(settings)
        predictions.recommend(settings)
        yield settings


@pytest.fixture
def reader(company: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the role that the pages read with."""
    with connect(company, "reader") as connection:
        yield connection

"""What the pipeline's steps hold, each figure counted another way."""

from __future__ import annotations

from typing import Any

import psycopg

from loaders.settings import Settings
from walmart_app.queries import pipeline


def test_tables_are_counted_exactly_with_their_partitions(reader: psycopg.Connection[Any]) -> None:
    found = {table.name: table for table in pipeline.tables(reader)}
    assert set(found) == set(pipeline.TABLES)
    for name, table in found.items():
        assert (table.rows,) == reader.execute(f"select count(*) from {name}".encode()).fetchone()
    sizes = reader.execute(
        "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'transactions'::regclass"
    ).fetchone()
    assert sizes is not None
    assert found["transactions"].bytes == sizes[0] > 0


def test_the_version_is_the_worlds_clock(reader: psycopg.Connection[Any]) -> None:
    assert (pipeline.version(reader).published_through,) == reader.execute(
        "select min(clock) from world_shards"
    ).fetchone()


def test_what_dbt_did_last(reader: psycopg.Connection[Any]) -> None:
    found = pipeline.built(reader)
    relations = reader.execute(
        "select count(*) from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
    ).fetchone()
    assert (found.models,) == relations
    assert found.failed == 0
    assert found.tests > 100
    slowest = pipeline.slowest_models(reader, 3)
    assert [model.seconds for model in slowest] == sorted((model.seconds for model in slowest), reverse=True)
    assert len(slowest) == 3


def test_predictions_and_warehouse(reader: psycopg.Connection[Any], company: Settings) -> None:
    found = pipeline.predicted(reader)
    assert (found.recommendations,) == reader.execute("select count(*) from predictions.recommendations").fetchone()
    assert (found.recommendations_as_of,) == reader.execute("select max(transaction_date) from transactions").fetchone()
    assert found.forecasts > 0
    assert pipeline.loaded(reader) == pipeline.Loaded(0, 0, None, None, None)

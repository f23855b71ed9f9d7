"""Months filled aside: the same rows, keys and rights as any other, and nothing half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loaders import months, pipeline
from loaders.db import connect
from loaders.settings import Settings
from loaders.simulated import company_params
from sim import canonical, runner
from sim.schema import BY_PATH
from tests.loaders.companies import NOW, content, one, place_order, small

START, DAYS = date(2026, 2, 18), 20


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """Small months are filled aside, too; the months that were attached."""
    attached: list[date] = []
    attach = months.attach

    def noted(connection: Any, month: date) -> None:
        attach(connection, month)
        attached.append(month)

    monkeypatch.setattr(months, "LEAST_ROWS", 1)
    monkeypatch.setattr(months, "attach", noted)
    return attached


def simulated(settings: Settings, start: date = START, days: int = DAYS) -> dict[str, str]:
    frames = runner.run(company_params(settings), start, days)
    return {path: canonical.table_hash(BY_PATH[path], frame) for path, frame in frames.items()}


def described(settings: Settings, name: str) -> list[tuple[Any, ...]]:
    """Key, indexes, checks, rights and comments of a table, its own name left out."""
    with connect(settings, "owner") as connection:
        return connection.execute(
            "select * from (select 'index', replace(indexdef, %(t)s, '') from pg_indexes where tablename = %(t)s "
            "union all select 'check', pg_get_constraintdef(oid) from pg_constraint where conrelid = %(t)s::regclass "
            "union all select 'right', relacl::text from pg_class where oid = %(t)s::regclass "
            "union all select 'comment', col_description(attrelid, attnum) from pg_attribute "
            "where attrelid = %(t)s::regclass and attnum > 0) d order by 1, 2",
            {"t": name},
        ).fetchall()


def test_a_month_filled_aside_is_like_any_other(database: Settings, aside: list[date]) -> None:
    settings = small(database)
    pipeline.run(settings, now=NOW)
    assert aside == [date(2026, 2, 1), date(2026, 3, 1)]
    assert content(settings) == simulated(settings)
    assert one(settings, "select count(*) from pg_tables where schemaname = 'loading'") == 0
    with connect(settings, "loader", autocommit=True) as loader:
        loader.execute("select ensure_partitions('2026-05-01', '2026-05-01')")
    for parent in ("transactions", "transaction_items"):
        filled, made = (described(settings, f"{parent}_{month}") for month in ("2026_03", "2026_05"))
        assert [row for row in filled if row[0] != "right"] == [row for row in made if row[0] != "right"]
        assert {right for _, right in _rights(filled)} <= {right for _, right in _rights(made)}


def _rights(rows: list[tuple[Any, ...]]) -> set[tuple[str, str]]:
    return {("right", each) for kind, what in rows if kind == "right" for each in what.strip("{}").split(",")}


def test_an_order_in_a_month_filled_aside_is_kept(database: Settings, aside: list[date]) -> None:
    settings = small(database)
    chosen = pipeline.plan(settings, now=NOW)
    with connect(settings, "app", autocommit=True) as app:
        app.execute("select ensure_partitions(%s, %s)", (START, START))
    order = place_order(settings)
    pipeline.advance_shard(settings, 0, chosen.until)
    assert aside == [date(2026, 3, 1)]  # the order's month was there
    assert one(settings, "select count(*) from transactions where transaction_id = %s", order) == 1
    assert one(settings, "select count(*) from order_inbox i join world_shards s on i.sequence <= s.watermark") == 1


def test_a_month_that_somebody_makes_meanwhile_is_written_into(
    database: Settings, aside: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = small(database, sim_days=12)
    chosen = pipeline.plan(settings, now=NOW)
    fill = months.fill

    def meanwhile(*given: Any) -> None:
        fill(*given)
        with connect(settings, "app", autocommit=True) as app:
            app.execute("select ensure_partitions(%s, %s)", (START, NOW.date()))

    monkeypatch.setattr(months, "fill", meanwhile)
    pipeline.advance_shard(settings, 0, chosen.until)
    assert content(settings) == simulated(settings, date(2026, 2, 26), 12)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("broken", [("fill", _stop), ("_fill", _stop), ("attach", _stop)])
def test_a_load_that_stops_leaves_nothing_of_its_month(
    database: Settings, aside: list[date], monkeypatch: pytest.MonkeyPatch, broken: tuple[str, Callable[..., None]]
) -> None:
    settings = small(database)
    chosen = pipeline.plan(settings, now=NOW)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(months, *broken)
        pipeline.advance_shard(settings, 0, chosen.until)
    assert one(settings, "select published_through()") == datetime(2026, 2, 18, 10, tzinfo=UTC)
    assert one(settings, "select count(*) from transactions") == 0
    pipeline.advance_shard(settings, 0, chosen.until)
    assert content(settings) == simulated(settings)

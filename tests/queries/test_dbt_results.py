"""What dbt did: once on a company that was really built, once on results of which every figure is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from loaders.db import connect
from loaders.settings import Settings
from walmart_app.queries import dbt_results
from walmart_app.queries.dbt_results import Totals

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# invocation, node, type, status, seconds, failures, message, minutes after noon (start, end)
RESULTS = [
    ("first", "model.w.sales", "model", "error", 2.5, None, "broken", 0, 1),
    ("first", "test.w.sum", "test", "pass", 0.5, 0, None, 1, 2),
    ("first", "model.w.later", "model", "skipped", 0.0, None, None, None, 2),
    ("second", "model.w.sales", "model", "success", 3.0, None, "ok", 10, 11),
    ("second", "snapshot.w.prices", "snapshot", "success", 1.0, None, None, 11, 12),
    ("second", "test.w.sum", "test", "fail", 0.25, 7, "7 rows", 12, 13),
    ("second", "unit_test.w.rounds", "unit_test", "runtime error", 0.25, None, "no", 12, 13),
    ("second", "test.w.late", "test", "warn", 0.25, 3, "3 rows", 13, 14),
    ("third", "source.w.receipts", "source", "warn", 0.1, None, None, 20, 21),
]


@pytest.fixture
def recorded(database: Settings) -> Settings:
    with connect(database, "loader") as connection:
        for invocation, node, kind, status, seconds, failures, message, start, end in RESULTS:
            connection.execute(
                "insert into operations.dbt_results (invocation_id, unique_id, name, resource_type, status, seconds,"
                " failures, message, started_at, finished_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    invocation,
                    node,
                    node.rsplit(".", 1)[1],
                    kind,
                    status,
                    seconds,
                    failures,
                    message,
                    None if start is None else NOON + timedelta(minutes=start),
                    NOON + timedelta(minutes=end),
                ),
            )
    return database


def test_commands_are_counted_by_how_their_nodes_ended(recorded: Settings) -> None:
    with connect(recorded, "reader") as connection:
        third, second, first = dbt_results.invocations(connection)
        assert [item.invocation_id for item in dbt_results.invocations(connection, 2)] == ["third", "second"]
    assert (first.invocation_id, first.models, first.tests, first.seconds) == ("first", 2, 1, 3.0)
    assert (first.passed, first.warned, first.failed, first.skipped) == (1, 0, 1, 1)
    assert (first.started, first.finished) == (NOON, NOON + timedelta(minutes=2))
    assert (second.models, second.tests, second.seconds) == (2, 3, 4.75)
    assert (second.passed, second.warned, second.failed, second.skipped) == (2, 1, 2, 0)
    assert (third.models, third.tests, third.warned) == (0, 0, 1)


def test_a_node_counts_by_its_newest_result(recorded: Settings) -> None:
    with connect(recorded, "reader") as connection:
        assert dbt_results.totals(connection) == Totals(passed=2, warned=2, failed=2, skipped=1)
        found = dbt_results.failed_nodes(connection)
    assert [(node.name, node.status, node.failures) for node in found] == [
        ("rounds", "runtime error", None),
        ("sum", "fail", 7),
        ("late", "warn", 3),
        ("receipts", "warn", None),
    ]
    assert found[1].message == "7 rows"
    assert found[1].finished == NOON + timedelta(minutes=13)


def test_before_dbt_ran_there_is_nothing(database: Settings) -> None:
    with connect(database, "reader") as connection:
        assert dbt_results.invocations(connection) == []
        assert dbt_results.failed_nodes(connection) == []
        assert dbt_results.totals(connection) == Totals(0, 0, 0, 0)


def test_a_build_of_the_company_is_counted_whole(reader: psycopg.Connection[Any]) -> None:
    relations = reader.execute(
        "select count(*) from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
    ).fetchone()
    built = dbt_results.invocations(reader)[0]
    assert (built.models,) == relations
    assert built.tests > 100
    assert built.failed == 0
    assert built.started < built.finished
    statuses = dict(reader.execute("select status, count(*) from operations.dbt_results group by 1").fetchall())
    total = dbt_results.totals(reader)
    assert total.passed == statuses.get("success", 0) + statuses.get("pass", 0)
    assert total.passed + total.warned + total.failed + total.skipped == sum(statuses.values())

"""Airflow's and dbt's facts as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_logs import LogLine
from walmart_app.clients.airflow_views import Dag, Heartbeats, TaskRun
from walmart_app.queries.dbt_results import FailedNode, Invocation, Totals
from walmart_app.queries.pipeline import Model
from walmart_app.state import monitoring_dbt_rows as dbt
from walmart_app.state import monitoring_rows as rows

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _at(seconds: float) -> str:
    """An instant so many seconds before now, as the API writes it."""
    return (NOW - timedelta(seconds=seconds)).isoformat()


def _run(dag: str, name: str, state: str, started: float | None = None, ended: float | None = None) -> Run:
    return Run(dag, name, state, "" if started is None else _at(started), "" if ended is None else _at(ended))


RUNS = {
    "walmart_simulation": [_run("walmart_simulation", "s1", "failed", 90_000, 89_990)],
    "walmart_warehouse_load": [
        _run("walmart_warehouse_load", "w4", "queued"),
        _run("walmart_warehouse_load", "w3", "running", 5),
        _run("walmart_warehouse_load", "w2", "success", 1000, 990),
        _run("walmart_warehouse_load", "w1", "success", 2000, 1980),
    ],
    "other": [],
}
DAGS = [
    Dag("other", False, "daily", _at(-90)),
    Dag("walmart_warehouse_load", True, "*/15 * * * *", _at(-600)),
    Dag("walmart_simulation", False, "0 10 * * *", _at(-7200)),
]


def test_dags_come_in_the_order_of_the_data_and_count_their_runs() -> None:
    simulation, warehouse, other = rows.dag_rows(DAGS, RUNS, NOW)
    ids = [row.dag_id for row in (simulation, warehouse, other)]
    assert ids == ["walmart_simulation", "walmart_warehouse_load", "other"]
    assert (simulation.title, simulation.last_state, simulation.last_run) == ("Simulation", "failed", "1 d ago")
    assert (simulation.next_run, simulation.counts, simulation.simulation) == ("in 2 h", "1 failed", True)
    assert (warehouse.last_state, warehouse.last_run, warehouse.paused) == ("queued", "waits", True)
    assert warehouse.next_run == ""
    assert warehouse.counts == "2 done, 1 running, 1 queued"
    assert (other.title, other.last_state, other.last_run, other.counts) == ("other", "idle", "", "")
    assert rows.state_counts(RUNS) == {"running": "1", "queued": "1", "failed": "1", "success": "2"}


def test_a_dag_that_only_new_data_start_has_no_next_run() -> None:
    [row] = rows.dag_rows([Dag("walmart_analytics", False, "Asset", "")], {}, NOW)
    assert (row.next_run, row.next_exact) == ("after new data", "")
    [due] = rows.dag_rows([Dag("walmart_analytics", False, "Asset", _at(1))], {}, NOW)
    assert due.next_run == "due now"


def test_bars_are_as_high_as_a_run_was_long_oldest_first() -> None:
    bars = rows.run_bars(RUNS, NOW)
    assert [bar.run_id for bar in bars["walmart_warehouse_load"]] == ["w1", "w2", "w3", "w4"]
    assert [bar.height for bar in bars["walmart_warehouse_load"]] == ["100%", "50%", "25%", "12%"]
    assert [bar.took for bar in bars["walmart_warehouse_load"]] == ["20 s", "10 s", "5.0 s", ""]
    assert bars["walmart_warehouse_load"][3].label == "queued: w4"
    assert bars["walmart_warehouse_load"][1].label == "success, started 16 min ago, took 10 s: w2"
    assert bars["walmart_analytics"] == []


def test_tasks_lie_on_the_runs_time() -> None:
    tasks = [
        TaskRun("extract", -1, "success", _at(100), _at(60), 1),
        TaskRun("load", 1, "up_for_retry", _at(60), _at(57), 2),
        TaskRun("check", -1, "running", _at(20), "", 1),
        TaskRun("publish", -1, "waiting", "", "", 0),
    ]
    extract, load, check, publish = rows.task_rows(tasks, NOW)
    assert (extract.key, extract.name, extract.left, extract.width) == ("extract[-1]", "extract", "0.00%", "40.00%")
    assert (load.key, load.name, load.state, load.took) == ("load[1]", "load 1", "retrying", "3.0 s, try 2")
    assert (load.left, load.width) == ("40.00%", "3.00%")
    assert (check.left, check.width, check.took) == ("80.00%", "20.00%", "20 s")
    assert (publish.state, publish.took, publish.started, publish.width) == ("waiting", "", "", "0.00%")
    assert rows.task_rows([], NOW) == []


def test_a_log_shows_its_last_lines_and_the_file_has_all() -> None:
    lines = [LogLine("", "", "::group::start"), LogLine("", "", "::endgroup::")]
    lines += [LogLine("2026-03-01T10:00:00Z", "info", f"line {number}") for number in range(600)]
    lines.append(LogLine("2026-03-01T10:00:01.25Z", "error", "broken\nValueError: 5"))
    shown = rows.log_rows(lines)
    assert len(shown) == rows.MOST_LINES
    assert shown[-1] == rows.LogRow("601", "10:00:01", "error", "broken\nValueError: 5")
    assert len({row.number for row in shown}) == rows.MOST_LINES
    assert rows.log_rows(lines[:2]) == [rows.LogRow("0", "", "", "start")]
    text = rows.log_text(lines).splitlines()
    assert text[0] == "::group::start"
    assert text[2] == "2026-03-01T10:00:00Z INFO line 0"
    assert text[-2:] == ["2026-03-01T10:00:01.25Z ERROR broken", "ValueError: 5"]


def test_heartbeats_that_are_overdue_or_never_came_are_late() -> None:
    scheduler, processor, api = rows.heartbeat_rows(Heartbeats(_at(4), ""), NOW - timedelta(seconds=45), NOW)
    assert (scheduler.when, scheduler.late, scheduler.exact) == ("just now", False, "2026-03-01 11:59:56 UTC")
    assert (processor.when, processor.late, processor.exact) == ("never", True, "")
    assert (api.when, api.late) == ("40 s ago", True)


def test_dbt_commands_and_what_is_not_well() -> None:
    start, end = NOW - timedelta(minutes=3), NOW - timedelta(minutes=2)
    bad = Invocation("a", start, end, 1200, 3, 1000, 1, 2, 200, 9.0)
    warned = Invocation("b", start, end, 1, 1, 1, 1, 0, 0, 9.0)
    first, second = dbt.dbt_rows([bad, warned], NOW)
    assert (first.models, first.passed, first.warned, first.failed, first.skipped) == (
        "1,200",
        "1,000",
        "1",
        "2",
        "200",
    )
    assert (first.state, first.took, first.when) == ("failed", "1 min 0 s", "2 min ago")
    assert second.state == "warned"
    nodes = [
        FailedNode("test.a", "a", "unit_test", "fail", 1234, "x\n  y" + "z" * 400, end),
        FailedNode("source.b", "b", "source", "warn", None, None, end),
    ]
    failed, old = dbt.failed_rows(nodes)
    assert (failed.kind, failed.state, failed.failures, failed.message[:6]) == (
        "unit test",
        "failed",
        "1,234",
        "x yzzz",
    )
    assert len(failed.message) == 300
    assert (old.state, old.failures, old.message) == ("warned", "", "Older than its freshness allows.")
    assert dbt.total_texts(Totals(1500, 1, 0, 2)) == {"success": "1,500", "warned": "1", "failed": "0", "skipped": "2"}


def test_the_slowest_model_has_the_longest_bar() -> None:
    first, second = dbt.slow_rows([Model("a", "success", 4.0, 12345), Model("b", "success", 1.0, None)])
    assert (first.took, first.rows, first.width) == ("4.00 s", "12,345", "100.0%")
    assert (second.took, second.rows, second.width) == ("1.00 s", "", "25.0%")
    assert dbt.slow_rows([]) == []
    assert dbt.slow_rows([Model("a", "success", 0.0, 1)])[0].width == "0.0%"

"""What pages read of Airflow: no DAG crowds out another, and a log keeps levels and exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.conftest import FakeAirflow, run_entry
from walmart_app.clients.airflow import AirflowClient, AirflowUnavailable, AirflowUnknown
from walmart_app.clients.airflow_logs import LogLine, parse
from walmart_app.clients.airflow_views import MOST_RUNS, AirflowViews, Heartbeats, TaskRun

TASK = TaskRun("extract", 2, "failed", "", "", 3)


def _views(fake: FakeAirflow) -> AirflowViews:
    return AirflowViews(AirflowClient(fake.url, "admin", "secret"))


def test_a_busy_dag_does_not_crowd_out_a_daily_one(fake: FakeAirflow, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {
        "busy": [run_entry("busy", f"busy {number}", minute=59 - number % 60) for number in range(150)],
        "daily": [run_entry("daily", "daily 1", "failed")],
    }

    def answer(path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if path.endswith("/monitor/health"):
            beat = {"latest_scheduler_heartbeat": "2026-03-01T10:00:01Z", "status": "healthy"}
            none = {"latest_dag_processor_heartbeat": None, "status": None}
            triggerer = {"latest_triggerer_heartbeat": None, "status": None}
            healthy = {"status": "healthy"}
            body = {"metadatabase": healthy, "scheduler": beat, "dag_processor": none, "triggerer": triggerer}
            return 200, body
        dag = path.split("/")[4]
        found = stored[dag] if dag != "~" else stored["busy"] + stored["daily"]
        limit = int(query["limit"][0])
        return 200, {"dag_runs": found[:limit], "total_entries": len(found)}

    fake.answers = answer
    views = _views(fake)
    dags = [_Dag("busy"), _Dag("daily")]
    monkeypatch.setattr(views, "dags", lambda: dags)
    seen = views.overview()
    assert [run.run_id for run in seen.runs["daily"]] == ["daily 1"]
    assert len(seen.runs["busy"]) == MOST_RUNS
    assert seen.heartbeats == Heartbeats("2026-03-01T10:00:01Z", "")


class _Dag:
    def __init__(self, dag_id: str) -> None:
        self.dag_id = dag_id


def test_a_log_keeps_level_and_exception(fake: FakeAirflow) -> None:
    frames = [{"filename": "/dags/a.py", "lineno": 12, "name": "extract"}]
    content = [
        {"timestamp": "2026-03-01T10:00:00.5Z", "event": "reads", "level": "info", "logger": "x"},
        {
            "timestamp": "2026-03-01T10:00:01Z",
            "event": "Task failed with exception",
            "level": "error",
            "error_detail": [
                {"exc_type": "LoadError", "exc_value": "no such table", "exc_notes": ["note"], "frames": frames},
                {"exc_type": "KeyError", "exc_value": "'sales'", "is_cause": True, "frames": []},
            ],
        },
    ]

    def answer(path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        assert path.endswith("/dags/a/dagRuns/b/taskInstances/extract/logs/3")
        assert query["map_index"] == ["2"]
        return 200, {"content": content, "continuation_token": None}

    fake.answers = answer
    first, second = _views(fake).log("a", "b", TASK)
    assert first == LogLine("2026-03-01T10:00:00.5Z", "info", "reads")
    assert second.level == "error"
    assert second.text.splitlines() == [
        "Task failed with exception",
        "KeyError: 'sales'",
        "Caused by the exception above:",
        "Traceback (most recent call last):",
        '  File "/dags/a.py", line 12, in extract',
        "LoadError: no such table",
        "note",
    ]


def test_a_log_that_is_not_there_or_not_a_log_is_named(fake: FakeAirflow) -> None:
    fake.answers = lambda _path, _query: (404, {"detail": "TaskInstance not found"})
    with pytest.raises(AirflowUnknown, match="TaskInstance not found"):
        _views(fake).log("a", "b", TASK)
    fake.answers = lambda _path, _query: (200, {"content": None})
    with pytest.raises(AirflowUnavailable, match="not understood"):
        _views(fake).log("a", "b", TASK)


def test_odd_lines_are_shown_as_they_are() -> None:
    body = b'{"content": ["plain", {"event": "no time"}, {"event": "x", "error_detail": [3, {"exc_type": "E"}]}, null]}'
    assert [line.text for line in parse(body)] == ["plain", "no time", "x\nE", "None"]

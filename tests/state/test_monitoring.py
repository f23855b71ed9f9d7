"""The handlers of the monitoring page towards arguments from anybody, and what is asked of Airflow."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.clients.conftest import FakeAirflow, fake, run_entry  # noqa: F401  (the fixture)
from tests.coroutines import finished
from walmart_app.clients.airflow import AirflowClient
from walmart_app.clients.airflow_views import AirflowViews, Heartbeats, Overview, TaskRun
from walmart_app.commands import runs
from walmart_app.state import monitoring, monitoring_read
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_read import look
from walmart_app.state.monitoring_view import MonitoringView

RUN = "manual__2026-03-01T10:00:00+00:00"
NONSENSE: list[Any] = [
    None,
    True,
    5,
    1.5,
    [],
    {},
    ["walmart_analytics"],
    {"a": 1},
    "",
    "no_such",
    "x" * 10**5,
    "a\x00b",
]


class Held:
    """What the handlers use of their state, without Reflex around it."""

    days, notice, dag, run, task = "1", "", "walmart_analytics", RUN, ""
    _refuse, _do = MonitoringState._refuse, MonitoringState._do

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def __aenter__(self) -> Held:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Held:
    """A state; `asked` are the changes that its handlers asked for."""
    held = Held()
    for name in ("trigger", "pause", "retry", "cancel"):
        monkeypatch.setattr(runs, name, lambda _settings, *given, name=name: held.asked.append((name, *given)))
    monkeypatch.setattr(monitoring, "settings", lambda: None)
    return held


def _call(state: Held, name: str, *arguments: Any) -> Any:
    answer = MonitoringState.event_handlers[name].fn(state, *arguments)
    return finished(answer) if inspect.iscoroutine(answer) else answer


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:20])
def test_nonsense_starts_and_changes_nothing(state: Held, value: Any) -> None:
    for name, *arguments in [
        ("trigger", value),
        ("pause", value, True),
        ("retry", value, RUN),
        ("retry", "walmart_analytics", value) if value != "no_such" else ("retry", value, value),
        ("cancel", value, RUN),
        ("cancel", "walmart_analytics", value) if value != "no_such" else ("cancel", value, value),
    ]:
        state.notice = ""
        _call(state, name, *arguments)
        assert "nothing was" in state.notice, (name, arguments)
    assert state.asked == []
    for name, *arguments in [("choose_dag", value), ("choose_run", value, RUN), ("choose_task", value)]:
        assert _call(state, name, *arguments) is None


@pytest.mark.parametrize("paused", ["false", "true", 0, 1, None, [], {}], ids=lambda value: repr(value)[:20])
def test_only_a_truth_value_pauses(state: Held, paused: Any) -> None:
    _call(state, "pause", "walmart_analytics", paused)
    assert state.asked == []
    _call(state, "pause", "walmart_analytics", False)
    _call(state, "pause", "walmart_analytics", True)
    assert state.asked == [("pause", "walmart_analytics", False), ("pause", "walmart_analytics", True)]


def test_good_arguments_go_through(state: Held) -> None:
    for name in ("retry", "cancel"):
        _call(state, name, "walmart_analytics", RUN)
    _call(state, "trigger", "walmart_analytics")
    assert state.asked == [
        ("retry", "walmart_analytics", RUN),
        ("cancel", "walmart_analytics", RUN),
        ("trigger", "walmart_analytics", None),
    ]


@pytest.mark.parametrize("text", ["", "0", "-1", "3651", "1.5", "nan", "٣", "9" * 20])
def test_days_out_of_bounds_start_nothing(state: Held, text: str) -> None:
    _call(state, "type_days", text)
    _call(state, "trigger", runs.SIMULATION)
    assert "a whole number from 1 to 3,650" in state.notice
    assert state.asked == []


def test_typed_days_are_kept_and_nonsense_is_not(state: Held) -> None:
    _call(state, "type_days", "12")
    for value in (None, 5, [], {}):
        _call(state, "type_days", value)
    assert state.days == "12"
    _call(state, "trigger", runs.SIMULATION)
    assert state.asked == [("trigger", runs.SIMULATION, 12)]


OVERVIEW = Overview([], {}, Heartbeats("", ""))
TASK = TaskRun("forecast", -1, "success", "", "", 1)


@pytest.fixture
def views(fake: FakeAirflow, monkeypatch: pytest.MonkeyPatch) -> FakeAirflow:  # noqa: F811
    client = AirflowClient(fake.url, "admin", "secret")
    monkeypatch.setattr(monitoring_read, "airflow_client", lambda _settings: client)
    monkeypatch.setattr(monitoring_read, "settings", lambda: None)
    monkeypatch.setattr(AirflowViews, "overview", lambda _self: OVERVIEW)
    monkeypatch.setattr(AirflowViews, "tasks", lambda _self, _dag, _run: [TASK])
    monitoring_read.forget()
    return fake


def _look(view: MonitoringView, before: Any = None) -> Any:
    return look(view, before)


def test_a_run_or_task_that_airflow_does_not_have_is_unknown(views: FakeAirflow) -> None:
    views.answers = lambda _path, _query: (404, {"detail": "not found"})
    seen = _look(MonitoringView("walmart_analytics", RUN))
    assert "walmart_analytics has no run" in seen.unknown
    assert seen.run is None
    views.answers = lambda _path, _query: (200, run_entry("walmart_analytics", RUN))
    seen = _look(MonitoringView("walmart_analytics", RUN, "recommend[-1]"))
    assert "no task 'recommend[-1]'" in seen.unknown
    assert seen.run.state == "success"


def test_an_old_run_is_asked_for_itself(views: FakeAirflow) -> None:
    views.answers = lambda _path, _query: (200, run_entry("walmart_analytics", RUN, "failed"))
    assert _look(MonitoringView("walmart_analytics", RUN)).run.state == "failed"


def test_the_log_of_a_task_that_is_over_is_read_once(views: FakeAirflow) -> None:
    def answer(path: str, _query: object) -> tuple[int, Any]:
        if "/logs/" in path:
            return 200, {"content": [{"event": "line", "level": "info"}], "continuation_token": None}
        return 200, run_entry("walmart_analytics", RUN)

    views.answers = answer
    view = MonitoringView("walmart_analytics", RUN, "forecast[-1]")
    seen = _look(view)
    assert [line.text for line in seen.log] == ["line"]
    assert _look(view, seen).log == seen.log
    assert sum("/logs/" in path for path in views.asked) == 1


def test_a_log_that_is_gone_is_said_beside_the_tasks(views: FakeAirflow) -> None:
    views.answers = lambda path, _query: (
        (404, {"detail": "no log"}) if "/logs/" in path else (200, run_entry("walmart_analytics", RUN))
    )
    seen = _look(MonitoringView("walmart_analytics", RUN, "forecast[-1]"))
    assert "no log" in seen.log_problem
    assert seen.tasks == [TASK]

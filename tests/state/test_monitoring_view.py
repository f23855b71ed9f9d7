"""An address gives its view back; what is wrong in it is said, never shown as if it were coming."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.state.monitoring_view import DAGS, MonitoringView, address, is_dag, is_run, is_task, view_of

RUN = "manual__2026-03-01T10:00:00.123456+00:00"


@pytest.mark.parametrize(
    "view",
    [
        MonitoringView(),
        MonitoringView("walmart_simulation"),
        MonitoringView("walmart_simulation", RUN),
        MonitoringView("walmart_simulation", RUN, "simulate[12]"),
        MonitoringView("walmart_simulation", RUN, "plan[-1]"),
    ],
)
def test_an_address_gives_its_view_back(view: MonitoringView) -> None:
    assert view_of(dict(parse_qsl(urlsplit(address(view.dag, view.run, view.task)).query))) == view


def test_what_leads_nowhere_is_named_and_what_leads_somewhere_stays() -> None:
    dag = view_of({"dag": "sales", "run": RUN})
    assert (dag.dag, dag.run) == ("", "")
    assert dag.unknown == "There is no pipeline 'sales'."
    run = view_of({"dag": "walmart_analytics", "run": "../../x"})
    assert (run.dag, run.run) == ("walmart_analytics", "")
    assert "has no run '../../x'" in run.unknown
    task = view_of({"dag": "walmart_analytics", "run": RUN, "task": "forecast"})
    assert (task.dag, task.run, task.task) == ("walmart_analytics", RUN, "")
    assert "no task 'forecast'" in task.unknown
    assert len(view_of({"dag": "x" * 10**6}).unknown) < 200


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(["dag", "run", "task"]), st.text() | st.sampled_from(sorted(DAGS))))
def test_any_address_has_a_view(query: dict[str, str]) -> None:
    view = view_of(query)
    assert view.dag == "" or is_dag(view.dag)
    assert view.run == "" or is_run(view.run)
    assert view.task == "" or is_task(view.task)


@pytest.mark.parametrize("value", [None, True, 5, 1e400, [], {}, ["walmart_analytics"], b"x", "", "x" * 10**6, "a\x00"])
def test_nonsense_is_no_dag_no_run_and_no_task(value: object) -> None:
    assert not is_dag(value)
    assert not is_run(value)
    assert not is_task(value)

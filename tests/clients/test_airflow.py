"""The client of Airflow, towards a server that hangs, refuses, does not know, or speaks otherwise."""

from __future__ import annotations

import threading

import pytest

from tests.clients.conftest import FakeAirflow, run_entry
from walmart_app.clients import airflow
from walmart_app.clients.airflow import AirflowClient, AirflowRefused, AirflowUnavailable, AirflowUnknown


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow, "ANSWER_SECONDS", 0.3)


def _client(fake: FakeAirflow) -> AirflowClient:
    return AirflowClient(fake.url, "admin", "secret")


@pytest.mark.usefixtures("impatient")
def test_a_server_that_takes_a_request_and_never_answers_is_unavailable(fake: FakeAirflow) -> None:
    fake.answers = lambda _path, _query: None
    with pytest.raises(AirflowUnavailable, match=r"no answer within 0\.3 seconds"):
        _client(fake).latest_runs("a")
    with pytest.raises(AirflowUnavailable, match="look whether it was before you try again"):
        _client(fake).trigger("a")
    assert fake.asked == ["/api/v2/dags/a/dagRuns", "/api/v2/dags/a/dagRuns"]  # never repeated by itself


@pytest.mark.usefixtures("impatient")
def test_a_login_that_hangs_does_not_hold_up_the_others_one_after_the_other(fake: FakeAirflow) -> None:
    fake.login_hangs = True
    client, failures = _client(fake), []

    def ask() -> None:
        try:
            client.latest_runs("a")
        except AirflowUnavailable as error:
            failures.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 4
    assert all("no answer within 0.3 seconds" in text for text in failures)


def test_a_server_that_is_not_there_does_not_answer(fake: FakeAirflow) -> None:
    client = _client(fake)
    fake.close()
    with pytest.raises(AirflowUnavailable, match="does not answer"):
        client.latest_runs("a")


def test_what_is_not_there_is_told_from_what_is_refused(fake: FakeAirflow) -> None:
    fake.answers = lambda _path, _query: (404, {"detail": "The DagRun was not found"})
    with pytest.raises(AirflowUnknown, match="was not found"):
        _client(fake).run("a", "b")
    fake.answers = lambda _path, _query: (400, {"detail": "99 is too much\n\nmore"})
    with pytest.raises(AirflowRefused, match="99 is too much") as caught:
        _client(fake).run("a", "b")
    assert not isinstance(caught.value, AirflowUnknown)
    fake.answers = lambda _path, _query: (503, {"detail": "later"})
    with pytest.raises(AirflowUnavailable, match="HTTP 503"):
        _client(fake).run("a", "b")


def test_an_answer_of_another_shape_is_named(fake: FakeAirflow) -> None:
    fake.answers = lambda _path, _query: (200, {"dag_runs": [{"dag_id": 5}], "total_entries": 1})
    with pytest.raises(AirflowUnavailable, match="not understood"):
        _client(fake).latest_runs("a")


def test_a_run_is_read(fake: FakeAirflow) -> None:
    fake.answers = lambda _path, _query: (200, run_entry("a", "b", "running", 7))
    run = _client(fake).run("a", "b")
    assert (run.dag_id, run.run_id, run.state, run.started) == ("a", "b", "running", "2026-03-01T10:07:00+00:00")
    assert not run.finished

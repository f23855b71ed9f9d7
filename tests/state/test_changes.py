"""Whoever starts, stops or writes anything from a page is marked, so that the guard stands before it."""

from __future__ import annotations

import inspect

import pytest

import walmart_app.pages  # noqa: F401  (all states are known only when all pages are)
from loaders.settings import ROOT
from tests.state.marks import WRITES, unmarked
from walmart_app.clients.airflow import AirflowClient
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.commands import orders, runs
from walmart_app.state.changes import changing_events

READS = {"newest", "recent", "run", "latest_runs", "tasks", "returned", "dags", "overview", "heartbeats", "log"}
SOURCES = {f"walmart_app.state.{path.stem}": path.read_text() for path in (ROOT / "walmart_app/state").glob("*.py")}
HANDLER = """
from walmart_app.commands import runs
from walmart_app.commands.runs import trigger as go
from walmart_app.state.changes import changes
class State:
    {}
    async def handler(self, dag_id):
        await asyncio.to_thread({})
    async def _private(self):
        runs.cancel(1)
def _helper(dag_id):
    return _deeper(dag_id)
def _deeper(dag_id):
    return runs.trigger(dag_id)
def _reads():
    return runs.newest()
_late = lambda: runs.pause(1)
"""


def test_what_changes_something_is_marked() -> None:
    assert unmarked(SOURCES) == []


@pytest.mark.parametrize(
    "work",
    [
        "lambda: runs.trigger(dag_id)",
        "_helper, dag_id",
        "lambda: _helper(1)",
        "self._private",
        "_late",
        "go",
        "_deeper",
    ],
)
def test_a_handler_that_writes_through_helpers_is_found(work: str) -> None:
    assert unmarked({"m": HANDLER.format("pass", work)}) == ["m.State.handler"]


@pytest.mark.parametrize("work", ["_reads", "runs.newest", "self.other", "dag_id"])
def test_a_handler_that_reads_is_not(work: str) -> None:
    assert unmarked({"m": HANDLER.format("pass", work)}) == []


def test_a_helper_in_another_module_is_found_too() -> None:
    helper = "from walmart_app.commands import runs\ndef start(x):\n    return runs.trigger(x)\n"
    handler = "from {0} import {1}\nclass S:\n    def go(self):\n        {2}(1)\n"
    for source in (
        handler.format("walmart_app.state.h", "start", "start"),
        handler.format("walmart_app.state", "h", "h.start"),
    ):
        assert unmarked({"walmart_app.state.h": helper, "m": source}) == ["m.S.go"]


def test_a_mark_is_seen() -> None:
    marked = HANDLER.format("pass", "_helper").replace("    async def handler", "    @changes\n    async def handler")
    assert unmarked({"m": marked}) == []


def test_every_command_and_every_call_of_airflow_is_known_as_reading_or_writing() -> None:
    names = {
        name
        for place in (runs, orders, AirflowClient, AirflowViews)
        for name, value in vars(place).items()
        if inspect.isfunction(value) and not name.startswith("_")
        if value.__module__ == (place.__module__ if inspect.isclass(place) else place.__name__)
    }
    assert names <= WRITES | READS
    assert not WRITES & READS
    assert names >= WRITES


def test_marked_events_are_known_to_the_guard_by_their_full_names() -> None:
    names = {name.rsplit(".", 1)[1] for name in changing_events()}
    assert {"simulate_a_day", "cancel", "run_models", "start", "trigger", "pause", "retry"} <= names

"""A program that talks to the websocket without being a page of ours changes nothing, and nonsense does no harm."""

from __future__ import annotations

import inspect
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

import walmart_app.pages  # noqa: F401  (all states are known only when all pages are)
from tests.e2e.company import ANALYTICS, DBT, SIMULATION, WAREHOUSE, forget_failures, settle
from tests.e2e.intruder import Events, everything, send, standstill
from tests.product import Product
from tests.waiting import wait_until
from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client
from walmart_app.state.arguments import product_handlers
from walmart_app.state.changes import changing_events
from walmart_app.state.company import CompanyState
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.pipeline import PipelineState
from walmart_app.state.simulation import SimulationState

SIMULATE = f"{CompanyState.get_full_name()}.simulate_a_day"
OTHER_KINDS: list[Any] = [None, True, 0, -1.5, 10**30, [], ["a"], {}, {"a": {"b": 1}}, "x" * 100_000, "a\x00", "\ud800"]
STRANGE_TEXTS = [
    "", " ", "no_such", "' or 1=1 --", "../../etc/passwd", "<script>alert(1)</script>", "%00", "nan", "-1", "9" * 300,
    "2026-13-45", "🦊" * 100, "\u202e\n\t", "x" * 3000,
]  # fmt: skip


def _changes(failed: Run, queued: Run) -> dict[str, dict[str, Any]]:
    """Every event that changes something, with arguments that a page of ours would send now."""
    monitoring = MonitoringState.get_full_name()
    return {
        f"{CompanyState.get_full_name()}.cancel": {},
        SIMULATE: {},
        f"{PipelineState.get_full_name()}.run_models": {},
        f"{SimulationState.get_full_name()}.start": {},
        f"{monitoring}.trigger": {"dag_id": WAREHOUSE},
        f"{monitoring}.pause": {"dag_id": ANALYTICS, "paused": True},
        f"{monitoring}.retry": {"dag_id": failed.dag_id, "run_id": failed.run_id},
        f"{monitoring}.cancel": {"dag_id": queued.dag_id, "run_id": queued.run_id},
    }


def test_a_foreign_program_changes_nothing_and_our_page_does(product: Product) -> None:
    client = airflow_client(product.settings)
    settle(product)
    failed = client.trigger(ANALYTICS)
    wait_until(lambda: "running" in client.tasks(ANALYTICS, failed.run_id).values(), 60, "a task runs", every=0.05)
    client.cancel(ANALYTICS, failed.run_id)  # a run with a failed task: it could be retried
    with standstill(product, ANALYTICS):
        queued, day = client.trigger(DBT), client.trigger(SIMULATION, {"days": 1})
        events = _changes(failed, queued)
        assert events.keys() == changing_events()
        before = everything(product)
        other_port = f"http://127.0.0.1:{(urlsplit(product.url).port or 0) + 1}"
        for origin in (None, "null", "http://evil.example", other_port):
            let_in = send(product, list(events.items()), origin)
            assert let_in is (origin is None)  # programs that say nothing of an origin may read
            assert everything(product) == before

        _from_our_page(product, events, failed, queued, day)
        forget_failures(product)


def _from_our_page(product: Product, events: dict[str, dict[str, Any]], failed: Run, queued: Run, day: Run) -> None:
    """The same events with the origin of our page do what they say; so it was the origin that stopped them."""
    client = airflow_client(product.settings)
    newest = {dag: client.latest_runs(dag)[0] for dag in (SIMULATION, DBT, WAREHOUSE)}

    def act(ending: str) -> None:
        [event] = [event for event in events.items() if event[0].endswith(ending)]
        assert send(product, [event], product.url)

    act("monitoring_state.pause")
    assert {dag.dag_id: dag.paused for dag in AirflowViews(client).dags()}[ANALYTICS] is True
    act("monitoring_state.cancel")
    assert client.run(DBT, queued.run_id).state == "failed"
    act("monitoring_state.retry")
    assert client.run(ANALYTICS, failed.run_id).state == "queued"
    client.cancel(ANALYTICS, failed.run_id)
    act("company_state.cancel")
    assert client.run(SIMULATION, day.run_id).state == "failed"
    act("monitoring_state.trigger")
    assert client.latest_runs(WAREHOUSE)[0] != newest[WAREHOUSE]
    act("pipeline_state.run_models")
    models = client.latest_runs(DBT)[0]
    assert models != newest[DBT]
    client.cancel(DBT, models.run_id)
    act("simulation_state.start")
    week = client.latest_runs(SIMULATION)[0]
    assert week != newest[SIMULATION]
    client.cancel(SIMULATION, week.run_id)
    act("company_state.simulate_a_day")
    another = client.latest_runs(SIMULATION)[0]
    assert another != week
    client.cancel(SIMULATION, another.run_id)


def test_nonsense_changes_nothing_and_leaves_no_trace(product: Product, watched: Page) -> None:
    with standstill(product):
        before, logged = everything(product), len(product.log.read_bytes())
        for events in (_misfits(), _strange_texts(), _on_monitoring()):
            assert send(product, events, product.url)
        send(product, [(SIMULATE, {"huge": "x" * 2_000_000})], product.url)  # more than the websocket takes
        assert everything(product) == before
        log = product.log.read_bytes()[logged:].decode(errors="replace")
        assert "Traceback" not in log
        if product.process is not None:
            assert "Refused" in log
        assert "x" * 5000 not in log
    watched.goto(product.url + "/dashboard/monitoring")
    expect(watched.locator("#page-status")).to_have_text("Everything is up.")
    expect(watched.locator("#dags li")).to_have_count(4)
    watched.goto(product.url + "/dashboard/transactions")
    expect(watched.locator("tbody tr").first).to_be_visible()
    assert product.healthy()


def _misfits() -> Events:
    """Each handler with arguments of other kinds, too few, too many, or none at all."""
    events: Events = []
    for name, handler in product_handlers().items():
        parameters = list(inspect.signature(handler).parameters.values())[1:]
        for value in OTHER_KINDS:
            for odd in parameters:
                if type(value).__name__ == str(odd.annotation) == "bool":
                    continue  # that fits
                good: dict[str, Any] = {one.name: True if one.annotation == "bool" else WAREHOUSE for one in parameters}
                events.append((name, {**good, odd.name: value}))
        events += [(name, payload) for payload in ({"no_such": 1}, {"self": None}, {"args": []})]
        if any(one.default is inspect.Parameter.empty for one in parameters):
            events.append((name, {}))
        events.append((f"{name.rsplit('.', 1)[0]}.setvar", {"var_name": "live", "value": True}))
    return events


def _strange_texts() -> Events:
    """Each handler that takes a text, with texts that lead nowhere."""
    events: Events = []
    for name, handler in product_handlers().items():
        parameters = list(inspect.signature(handler).parameters.values())[1:]
        if any(one.annotation == "str" for one in parameters):
            for text in STRANGE_TEXTS:
                events.append((name, {one.name: text if one.annotation == "str" else True for one in parameters}))
    return events


def _on_monitoring() -> Events:
    """Handlers that change something, with arguments of which one is good."""
    state = MonitoringState.get_full_name()
    return [
        (f"{state}.pause", {"dag_id": SIMULATION, "paused": "false"}),
        (f"{state}.pause", {"dag_id": SIMULATION, "paused": 0}),
        (f"{state}.retry", {"dag_id": DBT, "run_id": "manual__2020-01-01T00:00:00+00:00"}),
        (f"{state}.cancel", {"dag_id": DBT, "run_id": "../" * 50}),
        (f"{state}.cancel", {"dag_id": "~", "run_id": "~"}),
        (f"{state}.trigger", {"dag_id": "walmart_simulation/../walmart_dbt_pipeline"}),
        (f"{state}.type_days", {"value": "9" * 20}),
        (f"{state}.trigger", {"dag_id": SIMULATION}),
    ]

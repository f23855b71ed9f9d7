"""Arguments that no page sends do not reach a handler."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from reflex_base.config import get_config
from reflex_base.event import Event

import walmart_app.pages  # noqa: F401  (all states are known only when all pages are)
from tests.coroutines import finished
from walmart_app.guard import Guard
from walmart_app.state.arguments import MOST_CHARACTERS, misfit, product_handlers
from walmart_app.state.changes import changing_events

HANDLERS = product_handlers()
PAUSE = next(name for name in HANDLERS if name.endswith("monitoring_state.pause"))
CHOOSE = next(name for name in HANDLERS if name.endswith("monitoring_state.choose_run"))
WATCH = next(name for name in HANDLERS if name.endswith("monitoring_state.watch"))


def _answer(name: str, payload: Any, origin: str = "") -> Any:
    state: Any = SimpleNamespace(router=SimpleNamespace(headers=SimpleNamespace(origin=origin)))
    app: Any = None
    return finished(Guard().preprocess(app, state, Event(name=name, payload=payload)))


def test_handlers_take_only_what_can_be_checked() -> None:
    taken = {
        str(parameter.annotation)
        for handler in HANDLERS.values()
        for parameter in list(inspect.signature(handler).parameters.values())[1:]
    }
    assert taken <= {"str", "bool"}
    assert changing_events() <= HANDLERS.keys()


@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, ["a"], "x" * (MOST_CHARACTERS + 1), "a\x00", "\ud800"])
def test_a_text_must_be_a_text(value: object) -> None:
    assert misfit(HANDLERS[CHOOSE], {"dag_id": "a", "run_id": value})
    assert _answer(CHOOSE, {"dag_id": "a", "run_id": value}) is not None


@pytest.mark.parametrize("value", [None, 0, 1, "true", "false", [], {}])
def test_a_truth_value_must_be_one(value: object) -> None:
    assert misfit(HANDLERS[PAUSE], {"dag_id": "a", "paused": value})


@pytest.mark.parametrize("payload", [None, [], "x", 5, {}, {"dag_id": "a"}, {"dag_id": "a", "run_id": "b", "c": "d"}])
def test_arguments_are_all_there_and_no_others(payload: object) -> None:
    assert misfit(HANDLERS[CHOOSE], payload)


def test_what_pages_send_passes() -> None:
    assert _answer(CHOOSE, {"dag_id": "a", "run_id": "ü" * MOST_CHARACTERS}) is None
    assert _answer(WATCH, {}) is None
    close = next(name for name in HANDLERS if name.endswith("pipeline_state.close"))
    assert _answer(close, {}) is None
    assert _answer(close, {"_open": False}) is None


def test_what_changes_something_must_come_from_a_page_of_ours() -> None:
    payload = {"dag_id": "a", "paused": True}
    for origin in ("", "null", "http://evil.example"):
        assert _answer(PAUSE, payload, origin) is not None
    ours = get_config().cors_allowed_origins[0]
    assert _answer(PAUSE, payload, ours) is None
    assert _answer(PAUSE, {"dag_id": "a", "paused": "false"}, ours) is not None


def test_no_variable_is_set_by_name() -> None:
    assert _answer("reflex___state____state.setvar", {"var_name": "is_hydrated", "value": False}) is not None
    state = WATCH.rsplit(".", 1)[0]
    assert _answer(f"{state}.setvar", {"var_name": "days", "value": "5"}) is not None

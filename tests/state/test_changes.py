"""Whoever starts, stops or writes anything from a page is marked, so that the guard stands before it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import walmart_app.pages  # noqa: F401  (all states are known only when all pages are)
from loaders.settings import ROOT
from walmart_app.state.changes import changing_events

WRITES = {
    "simulate_days",
    "run_models",
    "trigger",
    "cancel",
    "pause",
    "retry",
    "repeat",
    "place_order",
}
MODULES = sorted((ROOT / "walmart_app" / "state").glob("*.py"))


def _writes(function: ast.AST) -> bool:
    """Whether it reaches a writing function of `runs`, of a client, or of another command."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in WRITES
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_what_changes_something_is_marked(path: Path) -> None:
    tree = ast.parse(path.read_text())
    unmarked = [
        f"{owner.name}.{function.name}"
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for function in owner.body
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        and _writes(function)
        and not any(isinstance(mark, ast.Name) and mark.id == "changes" for mark in function.decorator_list)
    ]
    assert unmarked == []


def test_marked_events_are_known_to_the_guard_by_their_full_names() -> None:
    names = {name.rsplit(".", 1)[1] for name in changing_events()}
    assert {"simulate_a_day", "cancel", "run_models", "start", "trigger", "pause", "retry"} <= names

"""What dbt recorded, as rows that people read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from walmart_app.queries.dbt_results import FailedNode, Invocation, Totals
from walmart_app.queries.pipeline import Model
from walmart_app.state.times import ago, duration, whole


@dataclass
class DbtRow:
    """A dbt command."""

    invocation_id: str
    when: str
    exact: str
    models: str
    tests: str
    passed: str
    warned: str
    failed: str
    skipped: str
    took: str
    state: str


@dataclass
class FailedRow:
    """A model or test that is not well."""

    key: str
    name: str
    kind: str
    state: str
    failures: str
    message: str


@dataclass
class SlowRow:
    """A model by how long it took when it was last built; `width` is percent of the slowest."""

    name: str
    took: str
    rows: str
    width: str


def total_texts(totals: Totals) -> dict[str, str]:
    """How many nodes ended how, by the badge's name of the state."""
    return {
        "success": whole(totals.passed),
        "warned": whole(totals.warned),
        "failed": whole(totals.failed),
        "skipped": whole(totals.skipped),
    }


def slow_rows(models: Sequence[Model]) -> list[SlowRow]:
    """The slowest models, as they come."""
    longest = max((model.seconds for model in models), default=0) or 1
    return [
        SlowRow(
            model.name,
            f"{model.seconds:.2f} s",
            whole(model.rows) if model.rows is not None else "",
            f"{100 * model.seconds / longest:.1f}%",
        )
        for model in models
    ]


def dbt_rows(invocations: Sequence[Invocation], now: datetime) -> list[DbtRow]:
    """The commands, newest first."""
    return [
        DbtRow(
            item.invocation_id,
            ago(item.finished, now),
            f"{item.finished:%Y-%m-%d %H:%M:%S} UTC",
            whole(item.models),
            whole(item.tests),
            whole(item.passed),
            whole(item.warned),
            whole(item.failed),
            whole(item.skipped),
            duration((item.finished - item.started).total_seconds()),
            "failed" if item.failed else "warned" if item.warned else "success",
        )
        for item in invocations
    ]


def failed_rows(nodes: Sequence[FailedNode]) -> list[FailedRow]:
    """What is not well now."""
    return [
        FailedRow(
            node.unique_id,
            node.name,
            node.resource_type.replace("_", " "),
            "warned" if node.status == "warn" else "failed",
            whole(node.failures) if node.failures is not None else "",
            " ".join((node.message or ("Older than its freshness allows." if node.status == "warn" else "")).split())[
                :300
            ],
        )
        for node in nodes
    ]

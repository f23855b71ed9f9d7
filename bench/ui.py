"""From click to drawn, on the pages of a product that runs with this environment's settings.

Start it first (`make run`). Each action is done several times; the reference is loading the same view whole.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.browser import drawn_after, loaded, opened, script_bytes
from bench.result import Result, table
from loaders.db import connect
from loaders.settings import Settings
from walmart_app.queries import pipeline
from walmart_app.queries.receipts import ReceiptFilter, count, receipts

ROUTES = (
    "/",
    "/simulation",
    "/dashboard",
    "/dashboard/transactions",
    "/dashboard/monitoring",
    "/forecast",
    "/recommendations",
    "/docs",
)


def main(arguments: list[str]) -> Result:
    """Print the tables; the result compares the slowest filter with loading its page."""
    parser = argparse.ArgumentParser(prog="bench ui", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each action is done (default 20)")
    rounds = parser.parse_args(arguments).rounds
    settings = Settings.load()
    with connect(settings, "reader") as connection:
        print(f"{count(connection, ReceiptFilter()):,} transactions at {settings.app_url}\n")
        print(table(["query", "median ms", "p95 ms"], _queries(connection, rounds)))
    with opened() as page:
        print()
        print(table(["route", "load ms", "JavaScript kB"], _routes(page, settings.app_url)))
        timed = _actions(page, settings.app_url, rounds)
        whole = [loaded(page, f"{settings.app_url}/dashboard?store=1") for _ in range(5)]
    print()
    rows = [[name, f"{statistics.median(found):.0f}", f"{_p95(found):.0f}"] for name, found in timed.items()]
    print(table(["action", "median ms", "p95 ms"], rows))
    ours = max(_p95(found) for name, found in timed.items() if name.startswith("filter"))
    reference = statistics.median(whole)
    return Result("ui", round(ours, 1), round(reference, 1), "ms", round(reference / ours, 2))


def _queries(connection: Any, rounds: int) -> list[list[str]]:
    newest = receipts(connection, ReceiptFilter())
    after = newest[-1].position("time")
    asked: dict[str, Callable[[], object]] = {
        "receipts, first page": lambda: receipts(connection, ReceiptFilter()),
        "receipts, next page": lambda: receipts(connection, ReceiptFilter(), after=after),
        "receipts, by total": lambda: receipts(connection, ReceiptFilter(), "total"),
        "receipts, counted": lambda: count(connection, ReceiptFilter()),
        "receipts of a store, counted": lambda: count(connection, ReceiptFilter(store_id=1)),
        "version": lambda: pipeline.version(connection),
        "tables, counted": lambda: pipeline.tables(connection),
        "models": lambda: pipeline.built(connection),
    }
    rows = []
    for name, ask in asked.items():
        found = []
        for _ in range(rounds):
            started = time.perf_counter()
            ask()
            found.append((time.perf_counter() - started) * 1000)
        rows.append([name, f"{statistics.median(found):.1f}", f"{_p95(found):.1f}"])
    return rows


def _routes(page: Any, url: str) -> list[list[str]]:
    rows = []
    for route in ROUTES:
        milliseconds = loaded(page, url + route)
        rows.append([route, f"{milliseconds:.0f}", f"{script_bytes(page) / 1000:.0f}"])
    return rows


def _actions(page: Any, url: str, rounds: int) -> dict[str, list[float]]:
    timed: dict[str, list[float]] = {}

    def turn(name: str, *actions: Callable[[], object]) -> None:
        timed[name] = [drawn_after(page, actions[number % len(actions)]) for number in range(rounds)]

    page.goto(f"{url}/dashboard")
    page.locator("#dashboard-kpis").wait_for()
    for name, element in (("store", "#filter-store"), ("channel", "#filter-channel"), ("category", "#filter-category")):
        values = page.locator(f"{element} option").evaluate_all("options => options.map(option => option.value)")[:3]
        turn(f"filter dashboard by {name}", *[_selecting(page, element, value) for value in [*values[1:], values[0]]])
    turn("filter dashboard by period", *[_selecting(page, "#filter-preset", value) for value in ("90", "all", "28")])
    page.goto(f"{url}/dashboard/transactions")
    page.locator("tr[data-receipt]").first.wait_for()
    turn("filter receipts by store", *[_selecting(page, "#filter-store", value) for value in ("1", "2", "")])
    turn("next page of receipts", page.locator("#next-page").click)
    turn("previous page of receipts", page.locator("#previous-page").click)
    return timed


def _selecting(page: Any, element: str, value: str) -> Callable[[], object]:
    return lambda: page.locator(element).select_option(value)


def _p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]

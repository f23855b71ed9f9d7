"""One run of the simulator into a directory, for `bench simulate`: prints what it made and what it took, as JSON.

With `--account` it also says where the processor's time went. For that a clock is put around the inner loops and the
writing from outside, wherever plain Python calls a compiled function, and what the simulator would do in another thread
beside it is done at once: the clock counts all threads.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

START = date(2025, 1, 1)
# module, name in it, part of the account; what is not there is counted among the rest
_PARTS = (
    ("polars", "DataFrame.write_parquet", "Parquet"),
    ("sim.canonical", "part_digests", "digests"),
    ("sim.state", "packed", "snapshots"),
    ("sim.state", "digest", "snapshots"),
)


class Clock:
    """Seconds of processor time by name; of calls inside one another, only the outer counts."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = False

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock around it."""
        self.seconds.setdefault(name, 0.0)

        def call(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return function(*arguments, **named)
            self._inside = True
            began = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[name] += time.process_time() - began
                self._inside = False

        return call

    def reset(self) -> None:
        """Forget what was counted."""
        self.seconds = dict.fromkeys(self.seconds, 0.0)


class AtOnce(concurrent.futures.Executor):
    """In the place of a pool of threads: calls happen when they are handed in."""

    def __init__(self, *_arguments: Any, **_named: Any) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> concurrent.futures.Future[Any]:
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        done.set_result(function(*arguments, **named))
        return done


class Watch:
    """Follows the run's days; made when set-up has ended."""

    def day(self, day: date, counts: Any) -> None:
        """Nothing is drawn."""


def main() -> None:
    """Run, and print the account."""
    parser = argparse.ArgumentParser(prog="bench.simulate_company", description=__doc__)
    parser.add_argument("--out", type=Path, help="an empty directory; without it only the inner loops are loaded")
    parser.add_argument("--days", type=int, default=1)
    for name in ("customers", "products", "stores", "seed"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--account", action="store_true", help="say where the time went; slower by the clock")
    chosen = parser.parse_args()
    if chosen.account:
        concurrent.futures.ThreadPoolExecutor = AtOnce  # type: ignore[assignment,misc]
    from sim.params import Params
    from sim.runner import run
    from sim.saved import save

    marks = {"imports": time.process_time()}
    run(Params.parse({"customers": 50, "products": 8, "stores": 1}), START, 1)
    marks["inner loops"] = time.process_time()
    if chosen.out is None:
        print(json.dumps({"set_up": _between(marks)}))
        return
    sizes = {name: getattr(chosen, name) for name in ("customers", "products", "stores", "seed")}
    params = Params.parse({name: value for name, value in sizes.items() if value is not None})
    clock = Clock()
    if chosen.account:
        _instrument(clock)
    began: list[float] = []

    def begin(_done: int) -> Watch:
        clock.reset()
        marks["genesis"] = time.process_time()
        began.append(time.perf_counter())
        return Watch()

    manifest = save(chosen.out, params, START, chosen.days, progress=begin)
    wall, cpu = time.perf_counter() - began[0], time.process_time() - marks["genesis"]
    if chosen.account and not clock.seconds["kernels"]:
        sys.exit("no compiled function was called from where it could be timed")
    print(json.dumps({
        "customers": params.customers, "needs": _needs(chosen.out),
        "transactions": sum(manifest.rows["transactions"].values()),
        "lines": sum(manifest.rows["transaction_items"].values()),
        "set_up": _between(marks), "spent": clock.seconds, "cpu": cpu, "wall": wall,
    }))  # fmt: skip


def _needs(folder: Path) -> int:
    import polars as pl

    return pl.read_parquet(folder / "products.parquet", columns=["subcategory"])["subcategory"].n_unique()


def _between(marks: dict[str, float]) -> dict[str, float]:
    """What each step took, from the process's start on."""
    ends = [0.0, *marks.values()]
    return {name: ends[place + 1] - ends[place] for place, name in enumerate(marks)}


def _instrument(clock: Clock) -> None:
    """Put the clock around compiled functions and the parts."""
    for name, path, part in _PARTS:
        owner: Any = importlib.import_module(name)
        *outer, leaf = path.split(".")
        for step in outer:
            owner = getattr(owner, step)
        if hasattr(owner, leaf):
            setattr(owner, leaf, clock.timed(part, getattr(owner, leaf)))
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "sim"]
    compiled = [module for module in modules if any(_own(module, value) for value in vars(module).values())]
    for module in modules:
        # Compiled code finds its functions in its own module, which stays as it is.
        if module in compiled or hasattr(module, "__path__"):
            continue
        for name, value in list(vars(module).items()):
            if _is_compiled(value):
                setattr(module, name, clock.timed("kernels", value))
            elif isinstance(value, ModuleType) and value in compiled:
                setattr(module, name, _copy(value, clock))


def _copy(module: ModuleType, clock: Clock) -> ModuleType:
    """The module with the clock around its compiled functions."""
    found = ModuleType(module.__name__)
    for name, value in vars(module).items():
        setattr(found, name, clock.timed("kernels", value) if _is_compiled(value) else value)
    return found


def _own(module: ModuleType, value: Any) -> bool:
    return _is_compiled(value) and value.__module__ == module.__name__


def _is_compiled(value: Any) -> bool:
    from numba.core.dispatcher import Dispatcher

    return isinstance(value, Dispatcher)


if __name__ == "__main__":
    main()

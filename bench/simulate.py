"""Speed and memory of the simulator, against a generator of tables and against plain Mesa loops.

First with all cores by the clock, whole processes from start to end: the result. Then with one thread.

Rates of one thread are per second of processor time, set-up left out on either side: the best of some rounds, in which
the contestants take turns. Every run is a process of its own with one thread in every library; the simulator writes a
month while it computes the next, which shows in the rate by the clock. `tpchgen-cli` (Rust) writes the two large tables
of TPC-H as Parquet: rows drawn at random, without behaviour. The Mesa loops have as many customers, visits and lines,
and do less at each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.child import ONE_THREAD, BenchError, Took, python, say, took
from bench.result import Result, table

_TINY = 0.001  # a scale factor whose run is all set-up
_COUNT = "import sys, polars; print(polars.scan_parquet(sys.argv[1]).select(polars.len()).collect().item())"
_TPCH = ("parquet", "--tables=orders,lineitem", "--quiet")
_SIZES = {"customers": 20_000, "products": 1_500, "stores": 12, "seed": 42}


@dataclass(frozen=True)
class Rate:
    """What was made in how many seconds after set-up, of processors and by the clock; a step is a customer's day."""

    lines: int
    cpu: float
    wall: float
    steps: int = 0

    @property
    def speed(self) -> float:
        """Lines a second of processor time."""
        return self.lines / self.cpu

    @property
    def by_clock(self) -> float:
        """Lines a second by the clock."""
        return self.lines / self.wall


@dataclass(frozen=True)
class Run:
    """A run of ours: what it says of itself, and what its process took."""

    days: int
    account: dict[str, Any]
    process: Took

    @property
    def rate(self) -> Rate:
        of = self.account
        return Rate(of["lines"], of["cpu"], of["wall"], of["customers"] * self.days)


def main(arguments: list[str]) -> Result:
    """Print the tables; the result compares lines a second with `tpchgen-cli`."""
    parser = argparse.ArgumentParser(
        prog="bench simulate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="ten million transactions: --customers 200000 --days 183",
    )  # fmt: skip
    parser.add_argument("--whole-days", type=int, default=365, help="days of the run with all cores (default 365)")
    parser.add_argument("--days", type=int, default=59, help="days of the shorter run; the longer has twice as many")
    for name, default in _SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    parser.add_argument("--scale-factor", type=float, default=0.5, help="of TPC-H (6 million lines each; default 0.5)")
    parser.add_argument("--mesa-days", type=int, default=15, help="steps of the Mesa loops (default 15)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each contestant runs (default 1)")
    parser.add_argument("--compile", action="store_true", help="also compile the inner loops from nothing")
    parser.add_argument("--work", type=Path, help="where runs are written and removed (default: a temporary directory)")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.work) as folder:
        return _measured(chosen, Path(folder))


def _measured(chosen: argparse.Namespace, folder: Path) -> Result:
    say("loads the inner loops")
    took(python("bench.simulate_company"))
    cores = {"simulator": _ours_whole(chosen, folder / "whole"), "tpchgen-cli": _tpch_whole(chosen, folder / "tpch")}
    ratio = cores["simulator"].by_clock / cores["tpchgen-cli"].by_clock
    print(f"{_whole_runs(cores)}\nours over it: {ratio:.3g}\n")
    short = _ours(chosen, chosen.days, folder)
    account = _ours(chosen, chosen.days, folder, "--account")
    runs: list[Run] = []
    rates: dict[str, list[Rate]] = {"tpchgen-cli": [], "Mesa, by popularity": [], "Mesa, by utility": []}
    for _ in range(max(1, chosen.rounds)):
        runs.append(_ours(chosen, 2 * chosen.days, folder))
        rates["tpchgen-cli"].append(_tpch(chosen.scale_factor, folder / "tpch"))
        rates["Mesa, by popularity"].append(_mesa(chosen, short))
        rates["Mesa, by utility"].append(_mesa(chosen, short, "--utility"))
    long = max(runs, key=lambda run: run.rate.speed)
    best = {name: max(of, key=lambda rate: rate.speed) for name, of in rates.items()}
    print(f"{long.account['transactions']:,} transactions, {long.account['lines']:,} lines of {long.days} days\n")
    print(_speeds(long.rate, best))
    print(f"\n{_shares(account)}\n\n{_memory(short, long)}")
    if chosen.compile:
        say("compiles the inner loops")
        fresh = took(python("bench.simulate_company"), {**ONE_THREAD, "NUMBA_CACHE_DIR": str(folder / "loops")})
        print(f"\ninner loops compiled from nothing: {json.loads(fresh.printed)['set_up']['inner loops']:.1f} s")
    ours, reference = cores["simulator"].by_clock, cores["tpchgen-cli"].by_clock
    return Result("simulate", round(ours), round(reference), "rows/s with all cores", round(ratio, 3))


def _ours_whole(chosen: argparse.Namespace, out: Path) -> Rate:
    say(f"simulates {chosen.whole_days} days with all cores")
    process = took(python("sim", "run", f"--out={out}", f"--days={chosen.whole_days}", *_sizes(chosen), "--json"), {})
    shutil.rmtree(out)
    rows = json.loads(process.printed)["rows"]
    return Rate(rows["transaction_items"] + rows["transactions"], process.cpu, process.wall)


def _tpch_whole(chosen: argparse.Namespace, out: Path) -> Rate:
    say(f"has tpchgen-cli write scale factor {chosen.scale_factor:g} with all cores")
    process = took([_tpchgen(), *_TPCH, f"--scale-factor={chosen.scale_factor:g}", f"--output-dir={out}"], {})
    rows = [took([sys.executable, "-c", _COUNT, str(path)]) for path in sorted(out.glob("*.parquet"))]
    shutil.rmtree(out)
    return Rate(sum(int(counted.printed) for counted in rows), process.cpu, process.wall)


def _whole_runs(cores: dict[str, Rate]) -> str:
    """Transactions or orders and their lines, from the start of the process to its end."""
    rows = [[name, f"{rate.lines:,}", f"{rate.wall:.1f}", f"{rate.cpu:.1f}", f"{rate.by_clock:,.0f}"]
            for name, rate in cores.items()]  # fmt: skip
    return table(["all cores", "rows of both tables", "s", "processor s", "rows/s by the clock"], rows)


def _tpchgen() -> str:
    command = shutil.which("tpchgen-cli", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if command is None:
        message = "tpchgen-cli is not installed: it is one of requirements-dev.txt"
        raise BenchError(message)
    return command


def _ours(chosen: argparse.Namespace, days: int, folder: Path, *options: str) -> Run:
    say(f"simulates {days} days{', for the account' if options else ''}")
    out = folder / "run"
    process = took(python("bench.simulate_company", f"--out={out}", f"--days={days}", *_sizes(chosen), *options))
    shutil.rmtree(out)
    return Run(days, json.loads(process.printed), process)


def _sizes(chosen: argparse.Namespace) -> list[str]:
    return [f"--{name}={getattr(chosen, name)}" for name in _SIZES]


def _tpch(scale_factor: float, out: Path) -> Rate:
    say(f"has tpchgen-cli write scale factor {scale_factor:g}")

    def write(factor: float) -> tuple[int, Took]:
        process = took([_tpchgen(), *_TPCH, f"--scale-factor={factor:g}", "--num-threads=1", f"--output-dir={out}"])
        counted = took([sys.executable, "-c", _COUNT, str(out / "lineitem.parquet")])
        shutil.rmtree(out)
        return int(counted.printed), process

    few, set_up = write(_TINY)
    lines, whole = write(scale_factor)
    if lines <= few or whole.cpu <= set_up.cpu:
        message = f"a scale factor of {scale_factor:g} is too small to measure"
        raise BenchError(message)
    return Rate(lines - few, whole.cpu - set_up.cpu, whole.wall - set_up.wall)


def _mesa(chosen: argparse.Namespace, like: Run, *options: str) -> Rate:
    say(f"runs a Mesa loop for {chosen.mesa_days} days")
    of = like.account
    visits, lines = of["transactions"] / like.rate.steps, of["lines"] / of["transactions"]
    process = took(python("bench.mesa_shop", f"--days={chosen.mesa_days}", f"--needs={of['needs']}",
                          f"--chance={visits}", f"--lines={lines}", *_sizes(chosen), *options))  # fmt: skip
    return Rate(**json.loads(process.printed))


def _speeds(ours: Rate, references: dict[str, Rate]) -> str:
    """Rates, and ours over each reference's."""
    rows = [["simulator", *_rates(ours), "", ""]]
    for name, rate in references.items():
        steps = (ours.steps / ours.cpu) / (rate.steps / rate.cpu) if rate.steps else None
        rows.append([name, *_rates(rate), f"{ours.speed / rate.speed:.3g}", "" if steps is None else f"{steps:.3g}"])
    return table(["one thread", "lines/s", "by the clock", "agent-steps/s", "ours/it: lines", "steps"], rows)


def _rates(rate: Rate) -> list[str]:
    steps = f"{rate.steps / rate.cpu:,.0f}" if rate.steps else ""
    return [f"{rate.speed:,.0f}", f"{rate.lines / rate.wall:,.0f}", steps]


def _shares(run: Run) -> str:
    """Where the processor's time of a run went."""
    of = run.account
    spent = {**{f"set-up: {name}": seconds for name, seconds in of["set_up"].items()}, **of["spent"]}
    spent["the rest of the run"] = of["cpu"] - sum(of["spent"].values())
    whole = run.process.cpu
    spent["end of the process"] = whole - sum(spent.values())
    rows = [[name, f"{seconds:.2f}", f"{seconds / whole:.0%}"] for name, seconds in spent.items()]
    rows.append([f"whole run of {run.days} days", f"{whole:.2f}", "100%"])
    return table(["part", "processor s", "share"], rows)


def _memory(short: Run, long: Run) -> str:
    """Peaks: a run holds the month under way and the one before, so from the third month on it should hardly grow."""
    rows = [
        [f"{run.days} days", f"{run.account['lines']:,}", f"{run.process.peak / 1e6:.0f}",
         f"{run.process.peak / short.process.peak:.2f}"]
        for run in (short, long)
    ]  # fmt: skip
    return table(["memory", "lines", "peak MB", "over the shorter"], rows)

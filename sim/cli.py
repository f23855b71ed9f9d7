"""The command line: `python -m sim run ...`, `python -m sim params` and `python -m sim realism DIR`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from sim import scenario
from sim.errors import ParameterError, SimulationError
from sim.params import Params, describe

USAGE_ERROR = 2
INTERRUPTED = 130
FAILED = 1
_LARGE = 1_000_000  # customers times days
_MOST_DAYS = 36_500
_DEFAULT_START, _DEFAULT_DAYS = date(2025, 1, 1), 365


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code (2 for a request that cannot be met, 130 when interrupted)."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen))
    except SimulationError as error:
        print(f"sim: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("sim: interrupted; whole months are kept, --resume continues", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"sim: a file could not be written ({error}); whole months are kept, --resume continues", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sim", description="Simulate a retail company.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="simulate days into a directory of tables")
    run.add_argument("--out", required=True, type=Path, metavar="DIR", help="an empty or new directory")
    run.add_argument("--days", metavar="N", help=f"world days (default {_DEFAULT_DAYS}, or the scenario's)")
    run.add_argument("--start", metavar="DATE", help=f"first world day (default {_DEFAULT_START}, or the scenario's)")
    for name in ("customers", "products", "stores", "seed"):
        run.add_argument(f"--{name}", metavar="N", help=f"the parameter {name}")
    run.add_argument("--scenario", metavar="NAME|FILE.toml", help="parameters over the defaults")
    run.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="one parameter; may be repeated")
    run.add_argument("--format", default="parquet", choices=("parquet", "csv"))
    run.add_argument("--shards", metavar="N", help="sets of stores computed apart (same result; default: threads)")
    run.add_argument("--threads", metavar="N",
                     help="shards computed at once, each in a process (same result; default: the cores, of a small "
                          "company 1)")  # fmt: skip
    run.add_argument("--resume", action="store_true", help="continue an interrupted run in DIR")
    run.add_argument("--json", action="store_true", help="a summary as JSON on standard output")
    run.set_defaults(command=_run)
    params = commands.add_parser("params", help="every parameter: meaning, unit, default, bounds, source")
    params.add_argument("--json", action="store_true", help="as JSON")
    params.set_defaults(command=_params)
    realism = commands.add_parser("realism", help="how like real shoppers a run's tables are")
    realism.add_argument("folder", type=Path, metavar="DIR", help="a run's directory, or tables of any source")
    realism.add_argument("--experiment", type=Path, metavar="DIR2",
                         help="the same run with --set experiment.price_jitter=0.15")  # fmt: skip
    realism.add_argument("--html", type=Path, metavar="FILE", help="also write the card with its plots as one page")
    realism.add_argument("--json", action="store_true", help="the card as JSON on standard output")
    realism.set_defaults(command=_realism)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    base = scenario.load(chosen.scenario) if chosen.scenario else None
    params = _parameters(chosen, base.overrides if base else {})
    start = _date(chosen.start) if chosen.start else (base and base.start) or _DEFAULT_START
    days = _whole("days", chosen.days, _MOST_DAYS) if chosen.days else (base and base.days) or _DEFAULT_DAYS
    threads = _whole("threads", chosen.threads, 256) if chosen.threads else _cores(params, days)
    shards = _whole("shards", chosen.shards, 1000) if chosen.shards else threads
    # Only now, with every request checked, load the libraries that take their time.
    from sim.progress import Progress
    from sim.saved import save

    began = time.perf_counter()
    progress: list[Progress] = []

    def begin(done: int) -> Progress:
        progress.append(Progress(sys.stderr, days, done))
        return progress[0]

    manifest = save(
        chosen.out, params, start, days, file_format=chosen.format, shards=shards, processes=threads,
        resume=chosen.resume, prepare=_prepare, progress=begin,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    _summarise(chosen, manifest.to_dict(), seconds)
    return 0


def _cores(params: Params, days: int) -> int:
    """How many processes pay: each takes seconds to begin."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, params.stores) if params.customers * days >= _LARGE else 1


def _prepare() -> None:
    """Have the inner loops compiled, and say so when that takes its time."""
    from sim.runner import rehearse

    began = time.perf_counter()
    rehearse()
    seconds = time.perf_counter() - began
    if seconds > 1:
        print(f"inner loops compiled in {seconds:.1f} s", file=sys.stderr)


def _summarise(chosen: argparse.Namespace, manifest: dict[str, Any], seconds: float) -> None:
    rows = {path: table["rows"] for path, table in manifest["tables"].items()}
    if chosen.json:
        hashes = {path: table["hash"] for path, table in manifest["tables"].items()}
        keys = ("seed", "start", "days", "through", "months")
        print(json.dumps({"out": str(chosen.out), **{k: manifest[k] for k in keys}, "rows": rows, "hashes": hashes,
                          "seconds": round(seconds, 3)}))  # fmt: skip
        return
    sold = f"{rows['transactions']:,} transactions, {rows['transaction_items']:,} lines"
    print(f"{sold} in {seconds:.1f} s: {chosen.out}")


def _parameters(chosen: argparse.Namespace, overrides: Any) -> Params:
    values = dict(overrides)
    changes: dict[str, Any] = {}
    for pair in chosen.set:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ParameterError(name="set", value=pair, allowed="KEY=VALUE, such as choice.habit=1.2")
        changes[name.strip()] = value.strip()
    for name in ("customers", "products", "stores", "seed"):
        if getattr(chosen, name) is not None:
            changes[name] = getattr(chosen, name)
    return Params.parse(values).replace(**changes)


def _whole(name: str, text: str, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= most:
        raise ParameterError(name, text, f"a whole number from 1 to {most}")
    return value


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(name="start", value=text, allowed="a date such as 2025-01-01") from None


def _params(chosen: argparse.Namespace) -> int:
    found = describe()
    if chosen.json:
        print(json.dumps([{**asdict(parameter), "allowed": parameter.allowed} for parameter in found], indent=1))
        return 0
    section = None
    for parameter in found:
        head = parameter.name.rpartition(".")[0] or "company"
        if head != section:
            print(f"\n{head}" if section else head)
            section = head
        value = str(parameter.default).lower() if isinstance(parameter.default, bool) else str(parameter.default)
        unit = f" {parameter.unit}" if parameter.unit else ""
        print(f"  {parameter.name:<32} {value + unit:<36} {parameter.meaning}")
        print(f"  {'':<32} {parameter.allowed:<36} source: {parameter.source}")
    return 0


def _realism(chosen: argparse.Namespace) -> int:
    from sim.realism import page, scorecard, text

    card = scorecard.measure(chosen.folder, chosen.experiment)
    if chosen.html is not None:
        chosen.html.write_text(page.render(card), encoding="utf-8")
    print(json.dumps(card.to_dict()) if chosen.json else "\n".join(text.lines(card)))
    return 0

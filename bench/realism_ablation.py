"""The realism scorecard with everything on and with each mechanism switched off, as Markdown.

Statistics that should react to a mechanism are shown with and without it. One *shows* the mechanism when it moves by
more than twice what another seed moves it, or can no longer be measured. What else leaves its band is listed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.ablation_plan import EXPERIMENT, REACTS, Key, meaning, mechanisms, naive, shown
from bench.child import BenchError, python, say, took
from bench.result import Result
from bench.side_statistics import SIDES
from sim.realism.reading import Company

_JITTER = 0.15
_NOISE = 2.0  # moves between seeds that a mechanism must beat
_LEAST = 0.02  # and this part of the value
_SIZES = {"customers": 4_000, "stores": 6, "products": 600, "days": 365, "seed": 42}


@dataclass(frozen=True)
class Card:
    """A run's statistics: a value, or the reason why there is none; and how each row and statistic was judged."""

    values: dict[Key, float | str]
    verdicts: dict[Key, str]
    in_band: int


def main(arguments: list[str]) -> Result:
    """Print the tables; the result counts the statistics that show their mechanism, of those that should."""
    parser = argparse.ArgumentParser(prog="bench realism_ablation", description=__doc__)
    for name, default in _SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="this mechanism; may be repeated (default: all)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="runs at once (default 1)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the tables to this file")
    parser.add_argument("--work", type=Path, help="where runs are written and removed (default: a temporary directory)")
    chosen = parser.parse_args(arguments)
    names = mechanisms()
    strange = [name for name in chosen.only or () if name not in names]
    if strange:
        message = f"no mechanism is called {', '.join(strange)}; there are {', '.join(names)}"
        raise BenchError(message)
    names = [name for name in names if name in (chosen.only or names)]
    with tempfile.TemporaryDirectory(dir=chosen.work) as folder, ThreadPoolExecutor(max(1, chosen.jobs)) as pool:
        tried = any(EXPERIMENT in REACTS[name] for name in names)
        cards = [
            pool.submit(_measured, chosen, Path(folder) / "on", chosen.seed, None, tried),
            pool.submit(_measured, chosen, Path(folder) / "other", chosen.seed + 1, None, tried),
            *(pool.submit(_measured, chosen, Path(folder) / name, chosen.seed, name, EXPERIMENT in REACTS[name])
              for name in names),
        ]  # fmt: skip
        on, other, *off = [card.result() for card in cards]
    found = dict(zip(names, off, strict=True))
    text = markdown(chosen, on, other, found)
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text + "\n", encoding="utf-8")
    expected = [(name, key) for name in names for key in REACTS[name]]
    count = sum(shows(key, on, other, found[name]) for name, key in expected)
    return Result("realism_ablation", count, len(expected), "statistics that show", round(count / len(expected), 3))


def _measured(chosen: argparse.Namespace, folder: Path, seed: int, off: str | None, experiment: bool) -> Card:
    """Run a company, where asked with prices randomised beside it, and measure it."""
    say(f"{f'without {off}' if off else 'with everything'}, seed {seed}")
    sizes = [f"--{name}={getattr(chosen, name)}" for name in _SIZES if name != "seed"]
    command = python("sim", "run", *sizes, f"--seed={seed}", *([f"--set=mechanisms.{off}=false"] if off else []))
    plain, tried = folder / "plain", folder / "tried"
    took([*command, f"--out={plain}"], {})
    beside = []
    if experiment:
        took([*command, f"--out={tried}", f"--set=experiment.price_jitter={_JITTER}"], {})
        beside = [f"--experiment={tried}"]
    card = json.loads(took(python("sim", "realism", str(plain), "--json", *beside), {}).printed)
    values: dict[Key, float | str] = {}
    verdicts: dict[Key, str] = {}
    for row in card["rows"]:
        for statistic in row["statistics"]:
            key = (row["row"], statistic["key"])
            values[key] = statistic["reason"] if statistic["value"] is None else statistic["value"]
            verdicts[key] = statistic["verdict"]
    company = Company(plain)
    values |= {(0, name): side.value(company) for name, side in SIDES.items()}
    shutil.rmtree(folder)
    return Card(values, verdicts, card["in_band"])


def shows(key: Key, on: Card, other: Card, off: Card) -> bool:
    """Whether a statistic moves, or vanishes, without a mechanism."""
    usual, without, elsewhere = on.values[key], off.values[key], other.values[key]
    if isinstance(usual, str):
        return False
    if isinstance(without, str):
        return True
    noise = 0.0 if isinstance(elsewhere, str) else abs(elsewhere - usual)
    return abs(without - usual) > max(_NOISE * noise, _LEAST * abs(usual))


def markdown(chosen: argparse.Namespace, on: Card, other: Card, found: dict[str, Card]) -> str:
    """The tables."""
    rows, beside = [], []
    for name, off in found.items():
        for key in REACTS[name]:
            values = [shown(key, card.values[key]) for card in (on, other, off)]
            rows.append([name, meaning(key), *values, naive(key), "yes" if shows(key, on, other, off) else "**no**"])
        left = [
            f"{meaning(key)} ({shown(key, on.values[key])} to {shown(key, off.values[key])})"
            for key, verdict in on.verdicts.items()
            if key not in REACTS[name] and verdict == "in band" and off.verdicts[key] != verdict
            and not (key == EXPERIMENT and EXPERIMENT not in REACTS[name])
        ]  # fmt: skip
        beside.append([name, str(off.in_band), "; ".join(left) or "nothing"])
    columns = ["switched off", "statistic", "on", f"on, seed {chosen.seed + 1}", "off", "naive", "shows"]
    return "\n".join([
        f"{chosen.customers:,} customers, {chosen.stores} stores, {chosen.products:,} products, {chosen.days} days, "
        f"seed {chosen.seed}. Rows in band with everything on: {on.in_band}.",
        "",
        *_table(columns, rows),
        "",
        "What else leaves its band:",
        "",
        *_table(["switched off", "rows in band", "statistics, from and to"], beside),
    ])  # fmt: skip


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (headers, ["---"] * len(headers), *rows)]

"""Small wrong edits to the dbt models, one at a time, on a copy: how many do the project's own tests catch?

An edit is caught when a data test or unit test fails, or when PostgreSQL refuses the rows by a key or a constraint of
the project. First what belongs to the edited model is built, and only if that is green, all that depends on it.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.database import copied, server
from bench.dbt_edits import EDITS, Edit
from bench.result import Result, table
from loaders import pipeline
from loaders.dbt import PROJECT, DbtError, DbtProject
from loaders.errors import WalmartSimError
from loaders.settings import Settings

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
SIZE = {"sim_customers": 500, "sim_products": 120, "sim_stores": 3, "sim_days": 40, "sim_seed": 7}
_REFUSALS = ("duplicate key value", "violates not-null", "could not create unique index")
_TARGET = 0.95


class BrokenEdit(WalmartSimError):
    """An edit does not apply, or the edited model does not run: it says nothing about the tests."""


def main(arguments: list[str]) -> Result:
    """Print each edit and what caught it; the ratio is the share caught over the target of 95 %."""
    parser = argparse.ArgumentParser(prog="bench dbt_mutation", description=__doc__)
    parser.add_argument("--only", default="", help="only edits of models whose name holds this")
    chosen = [edit for edit in EDITS if parser.parse_args(arguments).only in edit.model]
    rows = []
    with server("fsync=off") as settings, tempfile.TemporaryDirectory(prefix="walmart-edits-") as directory:
        pipeline.run(settings.model_copy(update=SIZE), now=NOW)
        original = Path(directory) / "project"
        shutil.copytree(PROJECT, original)
        DbtProject(settings, Path(directory) / "built", project=original).build()
        for edit in chosen:
            began = time.perf_counter()
            caught = _caught(settings, Path(directory), original, edit)
            rows.append([edit.model, edit.what, caught or "SURVIVED", f"{time.perf_counter() - began:.0f}"])
            print("  ".join(rows[-1]), flush=True)
    survived = [row for row in rows if row[2] == "SURVIVED"]
    print()
    print(table(["model", "edit", "caught by", "s"], rows))
    print(f"\n{len(rows) - len(survived)} of {len(rows)} edits caught\n")
    share = (len(rows) - len(survived)) / len(rows)
    return Result("dbt_mutation", round(share, 4), _TARGET, "share caught", round(share / _TARGET, 4))


def _caught(settings: Settings, directory: Path, original: Path, edit: Edit) -> str | None:
    """The first test that failed; None when all are green."""
    path = next(original.rglob(f"models/**/{edit.model}.sql"))
    before = path.read_text()
    if edit.old not in before:
        message = f"{edit.model} has no {edit.old!r}: bring bench/dbt_edits.py up to date."
        raise BrokenEdit(message)
    path.write_text(before.replace(edit.old, edit.new, 1))
    project = DbtProject(copied(settings, "edited"), directory / "target", project=original)
    try:
        for selected in (edit.model, f"{edit.model}+"):
            try:
                project.build("--full-refresh", "--select", selected)
            except DbtError as failed:
                return _named(edit, failed)
    finally:
        path.write_text(before)
    return None


def _named(edit: Edit, failed: DbtError) -> str:
    tests = [node for node in failed.nodes if node.startswith(("test.", "unit_test."))]
    if tests:
        return tests[0].split(".")[-1 if tests[0].startswith("unit_test.") else 2]
    for node, said in failed.nodes.items():
        if any(refusal in said for refusal in _REFUSALS):
            return f"constraint of {node.split('.')[-1]}"
    message = f"{edit.model} with {edit.what!r} does not run: {failed}"
    raise BrokenEdit(message)

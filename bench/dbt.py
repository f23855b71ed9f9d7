"""dbt on a company of the default size: the full build, a day added to it, and the same SQL without dbt.

The reference is the compiled SQL of every model, run by psql one after the other in the order of their dependencies.
A day is set beside the same command on a database without a company, run right before it: what is above that is the
work of the day. Several usual days, those that settle neither a week nor a month, are timed, and the middle one counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median
from typing import Any

from bench.database import copied, server
from bench.result import Result, table
from loaders import pipeline
from loaders.db import connect, parameters
from loaders.dbt import PLANNING, DbtProject
from loaders.settings import Settings
from walmart_app.services.postgres import binary

NOW = datetime(2026, 3, 9, 15, tzinfo=UTC)
_SETTLES_A_WEEK = 1  # days later, a Tuesday: elasticity and affinity are then measured
_USUAL = range(2, 7)
_SLOWEST = 12


def main(arguments: list[str]) -> Result:
    """Print seconds of models and of commands; the ratio is psql's seconds over those of the full build."""
    parser = argparse.ArgumentParser(prog="bench dbt", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--customers", type=int, default=20000)
    parser.add_argument("--products", type=int, default=1500)
    parser.add_argument("--stores", type=int, default=12)
    sizes = {f"sim_{name}": value for name, value in vars(parser.parse_args(arguments)).items()}
    with server("fsync=off") as empty, tempfile.TemporaryDirectory(prefix="walmart-dbt-") as directory:
        settings = copied(empty, "company").model_copy(update=sizes)
        pipeline.run(settings, now=NOW)
        plain = copied(settings, "plain")
        project = DbtProject(settings, Path(directory) / "company")
        project.keep_manifest()
        project.snapshot()  # apart, as for the reference
        full = _seconds(project, "run", "--full-refresh")
        models = _models(settings)
        nothing = DbtProject(empty, Path(directory) / "empty")
        compiled = _compiled(nothing)  # where no model exists yet, none is incremental
        nothing.keep_manifest()
        nothing.snapshot()
        _seconds(nothing, "run")
        days = []
        for later in (_SETTLES_A_WEEK, *_USUAL):
            pipeline.run(settings, now=NOW + timedelta(days=later))
            fixed = _seconds(nothing, "run")
            days.append((fixed, _seconds(project, "run")))
        live = _seconds(project, "run", "--select", "tag:live")
        reference = _psql(plain, empty.db_name, compiled, Path(directory) / "models.sql")
    print(table(["model, full build", "s", "rows"], models[:_SLOWEST]))
    print()
    week, *usual = days
    costs = sorted(day - fixed for fixed, day in usual)
    commands = {
        "full build": full,
        "compiled SQL by psql": reference,
        "a usual day added": median(day for _, day in usual),
        "the same command without a company": median(fixed for fixed, _ in usual),
        f"a usual day costs (least of {len(costs)})": costs[0],
        "a usual day costs (median)": median(costs),
        "a usual day costs (most)": costs[-1],
        "a day that settles a week": week[1],
        "a day that settles a week costs": week[1] - week[0],
        "models of the quarter-hour": live,
    }
    print(table(["command", "s"], [[name, f"{seconds:.2f}"] for name, seconds in commands.items()]))
    print()
    return Result("dbt", round(full, 2), round(reference, 2), "s", round(reference / full, 3))


def _seconds(project: DbtProject, *command: str) -> float:
    began = time.perf_counter()
    project.run(command)
    return time.perf_counter() - began


def _models(settings: Settings) -> list[list[str]]:
    """Models by the seconds of the newest run, slowest first."""
    with connect(settings, "loader") as connection:
        found = connection.execute(
            "select name, seconds, rows from operations.dbt_results where resource_type = 'model' order by seconds desc"
        ).fetchall()
    return [[name, f"{seconds:.2f}", f"{rows or 0:,}"] for name, seconds, rows in found]


def _compiled(project: DbtProject) -> list[dict[str, Any]]:
    """Models with their SQL, parents first."""
    project.run(["docs", "generate", "--empty-catalog"])
    nodes = json.loads((project.target / "manifest.json").read_text())["nodes"]
    parents = {name: node["depends_on"]["nodes"] for name, node in nodes.items() if node["resource_type"] == "model"}
    order = TopologicalSorter(parents).static_order()
    return [nodes[name] for name in order if name in parents]


def _psql(settings: Settings, compiled_for: str, models: list[dict[str, Any]], script: Path) -> float:
    """Seconds for the models of a company without dbt, compiled for another database; its snapshots are made first."""
    DbtProject(settings, script.parent / "snapshots").snapshot()
    statements = ["\\set ON_ERROR_STOP on"]
    for model in models:
        kind = "view" if model["config"]["materialized"] == "view" else "table"
        sql = model["compiled_code"].replace(f'"{compiled_for}".', f'"{settings.db_name}".')
        statements.append(f"create {kind} analytics.{model['name']} as\n{sql}\n;")
        for index in model["config"].get("indexes") or []:
            unique = "unique " if index.get("unique") else ""
            statements.append(f"create {unique}index on analytics.{model['name']} ({', '.join(index['columns'])});")
        if any("analyze" in hook["sql"] for hook in model["config"].get("post-hook") or []):
            statements.append(f"analyze analytics.{model['name']};")
    script.write_text("\n".join(statements))
    values = parameters(settings, "loader")
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    environment = {name: str(values[key]) for name, key in names.items()} | {"PGOPTIONS": PLANNING}
    began = time.perf_counter()
    subprocess.run([binary("psql"), "-q", "-f", str(script)], env=environment, check=True)
    return time.perf_counter() - began

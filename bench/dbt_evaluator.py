"""The rules of dbt-project-evaluator on the dbt project: how many hold.

The package and dbt-utils, which it needs, come from a directory: nothing is downloaded, and neither is part of the
project. They are put beside a copy of it, and read what dbt knows of its models; no rows of a company are needed.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml
from psycopg import sql

from bench.child import BenchError
from bench.database import server
from bench.result import Result, table
from loaders.db import connect
from loaders.dbt import PROJECT, DbtProject
from loaders.settings import Settings

PACKAGES = ("dbt_project_evaluator", "dbt_utils")
EXCEPTIONS = Path(__file__).parent / "dbt_evaluator_exceptions.csv"
_SEED = "dbt_project_evaluator_exceptions"


def main(arguments: list[str]) -> Result:
    """Print each rule with what it finds; the ratio is the share of rules that hold."""
    parser = argparse.ArgumentParser(prog="bench dbt_evaluator", description=__doc__)
    parser.add_argument(
        "--packages", type=Path, required=True, metavar="DIR",
        help=f"holds {' and '.join(PACKAGES)}, unpacked from github.com/dbt-labs",
    )  # fmt: skip
    packages = parser.parse_args(arguments).packages
    with server("fsync=off") as settings, tempfile.TemporaryDirectory(prefix="walmart-rules-") as directory:
        project = _with_packages(packages, Path(directory) / "project")
        evaluator = DbtProject(settings, Path(directory) / "target", project=project)
        evaluator.run(["build", "--select", f"package:{PACKAGES[0]}", _SEED])
        found = _findings(settings)
    print(table(["rule", "findings"], [[rule, str(len(rows))] for rule, rows in found.items()]))
    for rule, rows in found.items():
        for row in rows:
            print(f"{rule}: {row}")
    print()
    held = sum(not rows for rows in found.values())
    return Result("dbt_evaluator", held, len(found), "rules that hold", round(held / len(found), 4))


def _with_packages(packages: Path, copy: Path) -> Path:
    """A copy of the project with the packages in it, as `dbt deps` would leave them, and its exceptions as a seed.

    Raises:
        BenchError: a package is not where it should be.
    """
    shutil.copytree(PROJECT, copy)
    for name in PACKAGES:
        if not (packages / name / "dbt_project.yml").exists():
            message = f"{packages / name} is no dbt package: unpack github.com/dbt-labs/{name.replace('_', '-')} there."
            raise BenchError(message)
        parts = shutil.ignore_patterns("integration_tests*", ".git*")
        shutil.copytree(packages / name, copy / "dbt_packages" / name, ignore=parts)
    (copy / "seeds").mkdir()
    shutil.copy(EXCEPTIONS, copy / "seeds" / f"{_SEED}.csv")
    settings = yaml.safe_load((copy / "dbt_project.yml").read_text())
    settings["dispatch"] = [{"macro_namespace": "dbt", "search_order": [PACKAGES[0], "dbt"]}]
    settings["seeds"] = {PACKAGES[0]: {_SEED: {"+enabled": False}}}
    (copy / "dbt_project.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    return copy


def _findings(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """The rows of each rule's model; of a coverage, the measure when it is below 100 %."""
    with connect(settings, "loader") as connection:
        names = connection.execute(
            "select name from operations.dbt_results where resource_type = 'model' and name ~ '^fct_' order by 1"
        ).fetchall()
        found = {}
        for (name,) in names:
            rows = connection.execute(
                sql.SQL("select to_jsonb(found) from {} as found").format(sql.Identifier("analytics", name))
            ).fetchall()
            found[name] = [row for (row,) in rows if float(row.get(f"{name[4:]}_pct", 0)) < 100]
    return found

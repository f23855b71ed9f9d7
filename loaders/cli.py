"""The command line `python -m loaders`.

Exit codes: 0 done; 1 could not be done now (database or warehouse unreachable, busy or different); 2 refused as given.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from loaders.errors import (
    CompanyExists,
    DirectoryRefused,
    NoCompany,
    PeriodError,
    SettingsError,
    StateRefused,
    WalmartSimError,
)
from loaders.settings import Settings

REFUSED = (DirectoryRefused, CompanyExists, NoCompany, PeriodError, SettingsError, StateRefused)


def main(arguments: Sequence[str] | None = None, settings: Settings | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "settings":
            return _settings(chosen)
        commands = {
            "migrate": _migrate,
            "load": _load,
            "export": _export,
            "replay": _replay,
            "warehouse": _warehouse,
            "dbt": _dbt,
            "status": _status,
        }
        return commands[chosen.command](settings or Settings.load(), chosen)
    except REFUSED as error:
        print(error, file=sys.stderr)
        return 2
    except WalmartSimError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loaders", description="The company's database and warehouse.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    load = commands.add_parser("load", help="load the directory of a simulation into an empty database")
    load.add_argument("folder", type=Path, metavar="DIR", help="what `python -m sim run --out DIR` wrote")
    export = commands.add_parser("export", help="write the company to files")
    export.add_argument("folder", type=Path, metavar="DIR", help="absent or empty")
    export.add_argument(
        "--format",
        choices=("parquet", "csv", "walmart"),
        default="parquet",
        help="files as a simulation writes them, or the four flat files Walmart_*.csv (default: parquet)",
    )
    replay = commands.add_parser("replay", help="compute a month once more, and put right what differs")
    replay.add_argument("month", type=_month, metavar="YYYY-MM", help="a month that the company has been through")
    warehouse = commands.add_parser("warehouse", help="bring what changed to the warehouse, and compare")
    warehouse.add_argument("--load-id", help="name of the load (default: the time)")
    dbt = commands.add_parser("dbt", help="run a dbt command on the company, as the pipelines do")
    dbt.add_argument("words", nargs=argparse.REMAINDER, metavar="...", help="for example: run --full-refresh")
    status = commands.add_parser("status", help="what is there, and how far the company has come")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    commands.add_parser("migrate", help="bring the database to the current schema")
    page = commands.add_parser("settings", help="every setting as a Markdown table")
    page.add_argument("--write", action="store_true", help="write docs_md/settings.md instead of printing")
    return parser


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    from loaders.migrate import migrate

    print(f"The database has schema {migrate(settings)}.")
    return 0


def _load(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders.loading import load_directory

    done = load_directory(settings, chosen.folder, lambda words: print(words, file=sys.stderr, flush=True))
    if done.already:
        print(f"{chosen.folder} is loaded already, through {done.published_through}; nothing was changed.")
        return 0
    for path, rows in done.rows.items():
        print(f"{path:<24} {rows:>12,} rows")
    print(f"Loaded {chosen.folder}, through {done.published_through}.")
    return 0


def _export(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders.exporting import export_directory

    for name, rows in export_directory(settings, chosen.folder, chosen.format).items():
        print(f"{name:<24} {rows:>12,} rows")
    print(f"Exported to {chosen.folder}.")
    return 0


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError as error:
        message = f"{text!r} is not a month: write it as 2026-02"
        raise argparse.ArgumentTypeError(message) from error


def _replay(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders.replaying import replay_month

    found = replay_month(settings, chosen.month)
    for path, rows in found.items():
        if rows:
            print(f"{path:<24} {rows:>12,} rows put right")
    if not any(found.values()):
        print(f"Every row of {chosen.month:%Y-%m} was as the simulator made it.")
    return 0


def _warehouse(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders import warehouse

    load_id = chosen.load_id or f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    manifest = warehouse.extract(settings, load_id)
    done = warehouse.load(settings, manifest)
    equal = warehouse.reconcile(settings, manifest)
    print(f"Loaded {done['rows']:,} rows in {done['parts']} parts of {done['tables']} tables.")
    print(f"The warehouse equals PostgreSQL: {equal['rows']:,} rows in {equal['tables']} tables.")
    return 0


def _dbt(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders.dbt import DbtProject

    if not chosen.words:
        print("Say which dbt command to run, for example `python -m loaders dbt run --full-refresh`.", file=sys.stderr)
        return 2
    done = DbtProject(settings).run(chosen.words)
    print(", ".join(f"{count} {status}" for status, count in done["statuses"].items()) or "Nothing to do.")
    return 0


def _status(settings: Settings, chosen: argparse.Namespace) -> int:
    from loaders.status import describe, status

    found = status(settings)
    print(json.dumps(found, indent=1) if chosen.json else describe(found))
    return 0 if found["database"] == "ok" else 1


def _settings(chosen: argparse.Namespace) -> int:
    from loaders.settingspage import PAGE, page

    if chosen.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
        print(f"Wrote {PAGE}.")
    else:
        print(page(), end="")
    return 0

"""Run the dbt project in this process, and keep what dbt says of every node.

dbt reads its connection from the environment; it gets it for the time of one command. What it writes
(manifest, logs, compiled SQL) lies in the state directory, never in the project.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import psycopg

from loaders.db import connect, parameters
from loaders.errors import WalmartSimError
from loaders.settings import ROOT, Settings

PROJECT = ROOT / "dbt_walmart"
THREADS = 3  # two cores busy while a third statement waits for its answer
# dbt's sessions group a year's lines in memory, and by order: what is added up lies in it, while groups by the million
# hashed from all over the memory take three times as long, which the planner's costs do not know.
PLANNING = "-c work_mem=128MB -c enable_hashagg=off"
KEEP_RESULTS = timedelta(days=7)
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
_LOCK = 0x444254  # advisory lock: two builds of the same models at once would trip over each other
_LOCK_WAIT = "30min"
_PRELOAD_WAIT = "1s"
_DOCUMENTATION = ("index.html", "manifest.json", "catalog.json")
_BAD = frozenset({"error", "fail", "runtime error"})


class DbtError(WalmartSimError):
    """A dbt command failed; `nodes` maps the unique ids of the failed nodes to dbt's messages."""

    def __init__(self, command: Sequence[str], nodes: dict[str, str], message: str = "") -> None:
        self.command = tuple(command)
        self.nodes = nodes
        named = "; ".join(f"{_short(node)}: {text}" for node, text in list(nodes.items())[:5])
        more = f"; and {len(nodes) - 5} more" if len(nodes) > 5 else ""
        super().__init__(f"dbt {' '.join(self.command)} failed. {named or message}{more}")


@dataclass(frozen=True)
class NodeResult:
    """What dbt reported of one node, as `operations.dbt_results` keeps it."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    rows: int | None
    failures: int | None
    message: str | None
    started_at: datetime | None
    finished_at: datetime


class DbtProject:
    """The dbt project, on the company's database.

    Each method is one task of a pipeline: safe to repeat, and safe to call from two processes at once
    (the second waits). Each returns `{"command", "invocation_id", "seconds", "statuses": {status: count}}`.

    Raises (all methods):
        DbtError: a node or the command itself failed; results of the nodes are stored all the same.
        DatabaseUnavailable: PostgreSQL cannot be reached.
    """

    def __init__(
        self, settings: Settings, target_dir: Path | None = None, threads: int = THREADS, project: Path = PROJECT
    ) -> None:
        self.settings = settings
        self.project = project
        self.directory = target_dir or settings.state_dir / "dbt"
        self.threads = threads
        self._manifest: Any = None

    def source_freshness(self) -> dict[str, Any]:
        """Age of the newest receipt on the world's clock; an old one is a warning."""
        return self.run(["source", "freshness"])

    def snapshot(self) -> dict[str, Any]:
        """Take in changes of the catalogue."""
        return self.run(["snapshot"])

    def run_staging(self) -> dict[str, Any]:
        """Read the world's clock, and define the staging views."""
        return self.run(["run", "--select", "staging"])

    def run_intermediate(self) -> dict[str, Any]:
        """Build the intermediate models."""
        return self.run(["run", "--select", "intermediate"])

    def run_marts(self) -> dict[str, Any]:
        """Build the marts."""
        return self.run(["run", "--select", "marts"])

    def test(self) -> dict[str, Any]:
        """Run every data test; unit tests are of the models, not of the data, and run when those are changed.

        They take as long again as all data tests, and can't fail on new data:
        https://docs.getdbt.com/docs/build/unit-tests recommends them for development and CI alone.
        """
        return self.run(["test", *WITHOUT_UNIT_TESTS])

    def docs_generate(self) -> dict[str, Any]:
        """Write the documentation site into `target`, if it is not there for the project as it is now.

        It tells of models and their columns, not of rows: new data does not change it.
        """
        command = ["docs", "generate", "--static"]
        stamp, version = self.target / "documented", _version()
        documented = stamp.exists() and all((self.target / name).exists() for name in _DOCUMENTATION)
        if documented and stamp.read_text() == version:
            return {"command": " ".join(command), "invocation_id": "", "seconds": 0.0, "statuses": {"unchanged": 1}}
        stamp.unlink(missing_ok=True)
        done = self.run(command)
        stamp.write_text(version)
        return done

    def build(self, *arguments: str) -> dict[str, Any]:
        """Snapshots, models and tests in the order of their dependencies; `arguments` as for `dbt build`."""
        return self.run(["build", *arguments])

    def build_live(self) -> dict[str, Any]:
        """Bring the models of the day under way up to the clock; records nothing unless it fails."""
        # "buildable": only tests of live models and of what they read; the others compare with models built daily
        chosen = ["--select", "tag:live", *WITHOUT_UNIT_TESTS, "--indirect-selection", "buildable"]
        return self.run(["build", *chosen], record=False)

    @property
    def target(self) -> Path:
        """Where dbt writes its artifacts and the documentation site."""
        return self.directory / "target"

    def run(self, command: Sequence[str], *, record: bool = True) -> dict[str, Any]:
        """Run any dbt command; `record` stores the nodes' results also when all is well."""
        from dbt.cli.main import dbtRunner  # seconds and 200 MB: only when dbt is wanted

        self.directory.mkdir(parents=True, exist_ok=True)
        with self._alone(), _environment(self._variables()):
            # the manifest of an earlier command saves the parsing; documentation needs it written anew
            manifest = None if command[0] == "docs" else self._manifest
            # only the documentation's files are read by anyone; each command would take half a second to write them
            files = [] if command[0] == "docs" else ["--no-write-json"]
            outcome = dbtRunner(manifest=manifest).invoke([*command, *self._options(), *files])
        return self._conclude(command, outcome, record)

    def _conclude(self, command: Sequence[str], outcome: Any, record: bool) -> dict[str, Any]:
        from dbt_common.invocation import get_invocation_id

        invocation = str(get_invocation_id())
        results = [_node_result(result) for result in getattr(outcome.result, "results", None) or []]
        failed = {
            result.unique_id: " ".join((result.message or result.status).split())[:300]
            for result in results
            if result.status in _BAD
        }
        if record or failed:
            self._store(invocation, results)
        if failed or not outcome.success:
            raise DbtError(command, failed, " ".join(str(outcome.exception or "").split())[:500])
        return {
            "command": " ".join(command),
            "invocation_id": invocation,
            "seconds": round(sum(result.seconds for result in results), 2),
            "statuses": dict(sorted(Counter(result.status for result in results).items())),
        }

    def keep_manifest(self, wait: str = _LOCK_WAIT) -> None:
        """Parse the project once, and let every later command of this object start from it (live mode)."""
        from dbt.cli.main import dbtRunner

        self.directory.mkdir(parents=True, exist_ok=True)
        with self._alone(wait), _environment(self._variables()):
            outcome = dbtRunner().invoke(["parse", *self._options()])
        if not outcome.success:
            raise DbtError(["parse"], {}, str(outcome.exception))
        self._manifest = outcome.result

    def preload(self) -> None:
        """Make commands of processes that are forked from this one start in a third of the time.

        Parsing the project loads the modules that dbt imports late, and builds what it keeps for each of its classes.
        """
        self.keep_manifest(_PRELOAD_WAIT)
        # The parser's locks started this helper, which cleans up when its processes have ended. A forked process would
        # share it, and leave its own locks to it for as long as this one lives; so each starts one of its own.
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]

    def _options(self) -> list[str]:
        return [
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.target), "--log-path", str(self.directory / "logs")),
            *("--no-use-colors", "--no-use-colors-file", "--no-send-anonymous-usage-stats"),
        ]

    def _variables(self) -> dict[str, str | None]:
        """Environment of `profiles.yml` and of the client's library; None removes a variable."""
        values = parameters(self.settings, "loader")
        return {
            "DBT_HOST": str(values["host"]),
            "DBT_PORT": str(values["port"]),
            "DBT_USER": values["user"],
            "DBT_PASSWORD": values["password"],
            "DBT_DBNAME": values["dbname"],
            "DBT_SSLMODE": values.get("sslmode"),
            "DBT_SSLROOTCERT": values.get("sslrootcert"),
            "DBT_THREADS": str(self.threads),
            "PGOPTIONS": " ".join(filter(None, (os.environ.get("PGOPTIONS"), PLANNING))),
        }

    @contextmanager
    def _alone(self, wait: str = _LOCK_WAIT) -> Iterator[None]:
        """Hold dbt's lock in the database, so that any number of machines run one command at a time."""
        with connect(self.settings, "loader", autocommit=True) as connection:
            connection.execute(f"set lock_timeout = '{wait}'")
            try:
                connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
            except psycopg.errors.LockNotAvailable:
                raise DbtError(["lock"], {}, f"Another dbt command has been running for {wait}.") from None
            yield

    def _store(self, invocation: str, results: Sequence[NodeResult]) -> None:
        if not results:
            return
        rows = [
            (
                invocation, r.unique_id, r.name, r.resource_type, r.status, r.seconds, r.rows, r.failures,
                r.message, r.started_at, r.finished_at,
            )
            for r in results
        ]  # fmt: skip
        with connect(self.settings, "loader") as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into operations.dbt_results (invocation_id, unique_id, name, resource_type, status, seconds,"
                " rows, failures, message, started_at, finished_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " on conflict do nothing",
                rows,
            )
            oldest = max(r.finished_at for r in results) - KEEP_RESULTS
            cursor.execute("delete from operations.dbt_results where finished_at < %s", (oldest,))


def _version() -> str:
    """A mark that differs whenever a file of the project, or dbt itself, does."""
    digest = hashlib.sha256("".join(metadata.version(name) for name in ("dbt-core", "dbt-postgres")).encode())
    for path in sorted(path for path in PROJECT.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _node_result(result: Any) -> NodeResult:
    """One node's result, from dbt's own object (also that of a source's freshness)."""
    moments = [moment for timing in result.timing for moment in (timing.started_at, timing.completed_at) if moment]
    rows = (result.adapter_response or {}).get("rows_affected")
    return NodeResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time),
        rows=rows if isinstance(rows, int) and rows >= 0 else None,
        failures=result.failures,
        message=str(result.message)[:2000] if result.message else None,
        started_at=_utc(min(moments)) if moments else None,
        finished_at=_utc(max(moments)) if moments else datetime.now(UTC),
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _short(unique_id: str) -> str:
    """The part of a node's id that a person knows: `test.walmart.validate_sales_totals` is `validate_sales_totals`."""
    parts = unique_id.split(".")
    if parts[0] == "unit_test":
        return parts[-1]
    return parts[2] if len(parts) > 2 else unique_id  # what follows a generic test's name is a hash


@contextmanager
def _environment(values: dict[str, str | None]) -> Iterator[None]:
    """Set environment variables for dbt, and put the former ones back."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

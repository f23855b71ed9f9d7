"""Runs into a directory: whole months only, resumable, refused before anything is written."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sim import cli, saved, schema
from sim.canonical import table_hash
from sim.files import RunDirectory, read_table
from sim.runner import run
from tests.sim.companies import hashes, small

START, DAYS = date(2025, 1, 20), 45
SMALL = ["--customers", "60", "--products", "30", "--stores", "2", "--seed", "5"]


def contents(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def company() -> Any:
    return small(customers=60, products=30, stores=2)


@cache
def expected() -> dict[str, str]:
    return hashes(run(company(), START, DAYS))


@pytest.mark.parametrize(("kind", "shards"), [("parquet", 1), ("csv", 2)])
def test_files_hold_the_rows_of_the_run_and_the_manifest_their_hashes(tmp_path: Path, kind: str, shards: int) -> None:
    out = tmp_path / "out"
    saved.save(out, company(), START, DAYS, file_format=kind, shards=shards, processes=shards)
    manifest = contents(out)
    assert manifest["months"] == ["2025-01", "2025-02", "2025-03"] and manifest["complete"]
    assert manifest["seed"] == 11 and manifest["start"] == "2025-01-20" and manifest["days"] == DAYS
    for table in schema.TABLES:
        found = read_table(out, table)
        assert manifest["tables"][table.path]["hash"] == expected()[table.path], table.path
        assert manifest["tables"][table.path]["rows"] == found.height > 0
        assert table_hash(table, found) == expected()[table.path], table.path
        if table.month_of is not None:
            files = sorted(path.name for path in (out / table.path).iterdir())
            assert files == [f"{month}.{kind}" for month in manifest["months"]]
    assert not list(out.rglob("*.part"))


@pytest.mark.parametrize("at", (0, 1, 8, 19, 20, 26))
def test_a_run_killed_at_a_write_resumes_to_the_same_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    class Killed(BaseException):
        pass

    out, writes = tmp_path / "out", 0
    replace = Path.replace

    def dying(self: Path, target: Any) -> Path:
        nonlocal writes
        writes += 1
        if writes > at:
            raise Killed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    try:
        saved.save(out, company(), START, DAYS)
    except Killed:
        pass
    else:
        pytest.fail("the run was to be killed")
    monkeypatch.undo()
    if (out / "manifest.json").exists():
        before = contents(out)
        for path, table in before["tables"].items():
            if schema.BY_PATH[path].month_of is not None:
                found = [pl.read_parquet(out / path / f"{month}.parquet") for month in before["months"]]
                assert table_hash(schema.BY_PATH[path], pl.concat(found)) == table["hash"]
    if at > 0:  # killed before anything was noted, there is nothing to resume
        saved.save(out, company(), START, DAYS, resume=True, shards=2)
        for table in schema.TABLES:
            assert table_hash(table, read_table(out, table)) == expected()[table.path], table.path
        assert contents(out)["complete"] and not list(out.rglob("*.part"))
        assert [path.name for path in (out / ".state").iterdir() if path.is_dir()] == ["2025-03-06"]


def test_a_full_disk_is_said_in_one_sentence_and_the_run_resumed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["run", *SMALL, "--customers", "400", "--start", "2025-01-20", "--days", "45", "--out", str(out)]
    assert cli.main([*command[:-1], str(tmp_path / "other")]) == 0  # undisturbed; and all is compiled afterwards
    # January's 12 days fit into files of this size, a whole February does not.
    told = subprocess.run(
        [sys.executable, "-c", f"from sim.cli import main; raise SystemExit(main({command!r}))"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = told.stderr.splitlines()[-1]
    assert (told.returncode, "Traceback" in told.stderr) == (1, False)
    assert "transactions/2025-02.parquet" in last and "--resume" in last
    assert contents(out)["months"] == ["2025-01"]
    assert cli.main([*command, "--resume"]) == 0
    assert contents(out) == contents(tmp_path / "other")


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    saved.save(tmp_path / "out", company(), START, 5)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}
    saved.save(tmp_path / "out", company(), START, 5, resume=True)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    try:
        code = cli.main(arguments)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    captured = capsys.readouterr()
    assert code == 2 and captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (["--customers", "0"], "customers"), (["--customers", "x"], "customers"), (["--days", "0"], "days"),
        (["--days", "-3"], "days"), (["--start", "2025-02-30"], "start"), (["--start", "1999-01-01"], "start"),
        (["--set", "choice.habitt=1"], "choice.habit"), (["--set", "nothing"], "KEY=VALUE"),
        (["--set", "choice.habit=99"], "6"),
        (["--scenario", "holidays"], "scenario"), (["--format", "xlsx"], "xlsx"), (["--threads", "0"], "threads"),
        (["--shards", "none"], "shards"), (["--speed", "9"], "--speed"),
    ],
)  # fmt: skip
def test_bad_requests_are_refused_in_one_sentence_and_write_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str], says: str
) -> None:
    assert says in refused(["run", "--out", str(tmp_path / "out"), *extra], capsys)
    assert not (tmp_path / "out").exists()


def test_unusable_directories_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("")
    assert "not empty" in refused(["run", *SMALL, "--out", str(tmp_path / "full")], capsys)
    assert "no run" in refused(["run", *SMALL, "--out", str(tmp_path / "full"), "--resume"], capsys)
    assert "is a file" in refused(["run", *SMALL, "--out", str(tmp_path / "file")], capsys)
    assert "cannot be written" in refused(["run", *SMALL, "--out", str(tmp_path / "file" / "below")], capsys)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_a_run_is_resumed_only_with_its_own_parameters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert cli.main(["run", *SMALL, "--days", "4", "--out", out]) == 0
    capsys.readouterr()
    again = ["run", *SMALL, "--out", out, "--resume"]
    assert "parameters" in refused([*again, "--days", "4", "--set", "choice.habit=1"], capsys)
    assert "days" in refused([*again, "--days", "5"], capsys)
    assert "format" in refused([*again, "--days", "4", "--format", "csv"], capsys)


def test_the_summary_is_json_and_scenario_flags_and_settings_combine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", *SMALL, "--out", str(tmp_path / "out"), "--json", "--scenario", "holiday_rush", "--days", "9",
                 "--set", "choice.habit=1", "--set", "mechanisms.returns=false", "--customers", "70"]  # fmt: skip
    assert cli.main(arguments) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    manifest = contents(tmp_path / "out")
    assert summary["rows"]["transactions"] == manifest["tables"]["transactions"]["rows"] > 0
    assert summary["start"] == "2025-11-01" and summary["days"] == 9
    parameters = manifest["parameters"]
    assert (parameters["customers"], parameters["choice"]["habit"]) == (70, 1.0)
    assert parameters["mechanisms"]["returns"] is False
    assert parameters["calendar"]["holiday_strength"] == 1.5
    assert manifest["tables"]["returns"]["rows"] == 0
    assert "day 9/9" in captured.err and "transactions/s" in captured.err


def test_the_parameters_are_printed_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["params"]) == 0
    table = capsys.readouterr().out
    assert cli.main(["params", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(parameter["name"] in table and parameter["meaning"] in table for parameter in found)
    assert {"name", "meaning", "unit", "default", "low", "high", "choices", "source", "allowed"} <= set(found[0])


def test_a_directory_is_untouched_until_it_is_opened(tmp_path: Path) -> None:
    RunDirectory(tmp_path / "out", company(), START, 3, "parquet")
    assert not (tmp_path / "out").exists()

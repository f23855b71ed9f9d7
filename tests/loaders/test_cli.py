"""The command line of the loaders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loaders import settingspage
from loaders.cli import main
from loaders.settings import Settings


def test_the_page_of_settings_is_current() -> None:
    assert settingspage.PAGE.read_text() == settingspage.page(), "run `python -m loaders settings --write`"


def test_every_setting_is_on_its_page_with_its_meaning() -> None:
    rows = [line for line in settingspage.page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(Settings.model_fields)
    assert "| `SIM_STORES` | `12` | stores | 1 to 2,000 |" in rows
    assert "| `SIM_PACE` | `1.0` | world minutes in a real minute in live mode | above 0 to 1,440 |" in rows


def test_status_of_a_company(company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"], company) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["published_through"] == "2026-03-10T10:00:00+00:00"
    assert found["rows"]["stores"] == 3
    assert [run["state"] for run in found["runs"]] == ["success"]
    assert found["warehouse"]["last_load"] is None
    assert main(["status"], company) == 0
    assert "published      through 2026-03-10" in capsys.readouterr().out


def test_status_before_there_is_a_company(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], empty) == 0
    assert "company        none yet" in capsys.readouterr().out


def test_status_says_in_one_sentence_what_is_wrong(
    postgres_server: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = postgres_server.model_copy(update={"state_dir": tmp_path})
    assert main(["status", "--json"], nowhere) == 1
    assert json.loads(capsys.readouterr().out)["database"].startswith("The embedded PostgreSQL is not running: start")
    missing = postgres_server.model_copy(update={"db_name": "none_such"})
    assert main(["status"], missing) == 1
    assert "has no database none_such" in capsys.readouterr().out


def test_refusals_exit_with_2_and_one_sentence(
    empty: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", str(tmp_path / "absent")], empty) == 2
    assert main(["export", str(tmp_path / "out")], empty) == 2
    errors = capsys.readouterr().err.splitlines()
    assert "give a directory that `python -m sim run` has written" in errors[0]
    assert errors[1].startswith("There is no company in the database yet")


def test_migrate_names_the_schema(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"], empty) == 0
    assert capsys.readouterr().out.startswith("The database has schema 00")


def test_the_warehouse_in_one_command(company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings = company.model_copy(update={"clickhouse_database": f"cli_{company.db_name}"})
    assert main(["warehouse", "--load-id", "one"], settings) == 0
    assert "The warehouse equals PostgreSQL" in capsys.readouterr().out
    assert main(["warehouse", "--load-id", "two"], settings) == 0
    assert "Loaded 0 rows in 0 parts of 0 tables." in capsys.readouterr().out


def test_dbt_is_run_as_the_pipelines_do(company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dbt"], company) == 2
    assert "python -m loaders dbt run --full-refresh" in capsys.readouterr().err
    assert main(["dbt", "run", "--select", "base_world", "stg_stores"], company) == 0
    assert capsys.readouterr().out.endswith("2 success\n")
    assert main(["dbt", "run", "--select", "fct_sales"], company) == 1
    assert "fct_sales: Database Error" in capsys.readouterr().err

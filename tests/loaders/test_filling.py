"""A directory comes in by months filled aside: whole after any kill, once, and the same as without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loaders import months, pipeline
from loaders.db import connect, parameters
from loaders.errors import CompanyExists, DirectoryRefused
from loaders.loading import Loaded, load_directory
from loaders.settings import ROOT, Settings
from sim import saved
from sim.params import Params
from tests.loaders.companies import NOW, content, one, small
from tests.loaders.test_directory import START, manifest, tables_of
from tests.loaders.test_months import described
from tests.waiting import wait_until

MONTHS = [date(2026, 2, 1), date(2026, 3, 1)]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company as `sim run` writes it."""
    made = tmp_path_factory.mktemp("filled") / "company"
    saved.save(made, Params.parse({"customers": 60, "products": 30, "stores": 3, "seed": 7}), START, 20)
    return made


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, date]]:
    """Small months are filled aside, too; what was done with which month."""
    done: list[tuple[str, date]] = []
    fill, attach = months.fill, months.attach

    def filling(connect: Any, month: date, *given: Any) -> None:
        done.append(("filled", month))
        fill(connect, month, *given)

    def attaching(connection: Any, month: date) -> None:
        attach(connection, month)
        done.append(("attached", month))

    monkeypatch.setattr(months, "LEAST_ROWS", 1)
    monkeypatch.setattr(months, "fill", filling)
    monkeypatch.setattr(months, "attach", attaching)
    return done


def left(settings: Settings) -> int:
    found: int = one(settings, "select count(*) from pg_tables where schemaname = 'loading'")
    return found


def test_months_of_a_directory_are_filled_aside(
    database: Settings, folder: Path, aside: list[tuple[str, date]]
) -> None:
    settings, told = small(database), []
    load_directory(settings, folder, told.append)
    assert aside == [(what, month) for what in ("filled", "attached") for month in MONTHS]
    assert any(words.startswith("filling 2026-02, month 1 of 2: ") for words in told)
    assert content(settings) == tables_of(folder)
    assert left(settings) == 0
    assert one(settings, "select count(*) from pg_tables where tablename like 'transactions\\_2026\\_%'") == 4
    for parent in ("transactions", "transaction_items"):
        filled, made = (described(settings, f"{parent}_{month}") for month in ("2026_03", "2026_05"))
        assert [row for row in filled if row[0] != "right"] == [row for row in made if row[0] != "right"]
        mark = one(settings, "select obj_description(to_regclass(%s), 'pg_class')", f"{parent}_2026_03")
        assert mark is None
    assert load_directory(settings, folder).already


def test_a_month_with_a_place_is_written_into(database: Settings, folder: Path, aside: list[tuple[str, date]]) -> None:
    with connect(database, "loader", autocommit=True) as loader:
        loader.execute("select ensure_partitions('2026-02-01', '2026-02-01')")
    load_directory(small(database), folder)
    assert [month for _, month in aside] == [MONTHS[1]] * 2
    assert content(database) == tables_of(folder)


# where the process is killed: the function, how often it was called before, and the months that are whole then
KILLS = {
    "while a month is filled": ("loaders.months.copy", 0, 0),
    "with one table of two": ("loaders.months._fill", 1, 0),
    "between two months": ("loaders.months.fill", 1, 1),
    "before months are attached": ("loaders.months.attach", 0, 2),
    "when months are attached": ("loaders.pipeline.create_loaded_world", 0, 2),
    "before the commit": ("loaders.pipeline.write_snapshots", 0, 2),
}
_KILLED = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from loaders import months
from loaders.loading import load_directory
from loaders.settings import Settings
state_dir, db_name, folder, module, name, count = sys.argv[1:]
months.LEAST_ROWS = 1
module, left = import_module(module), int(count)
called = getattr(module, name)

def counted(*given, **named):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return called(*given, **named)

setattr(module, name, counted)
settings = Settings.load(_env_file=None, state_dir=Path(state_dir), db_name=db_name)
load_directory(settings, Path(folder))
"""


@pytest.mark.parametrize("moment", KILLS)
def test_a_killed_load_is_whole_when_it_is_called_again(
    database: Settings, folder: Path, aside: list[tuple[str, date]], moment: str
) -> None:
    name, count, whole = KILLS[moment]
    module, _, function = name.rpartition(".")
    given = [str(database.state_dir), database.db_name, str(folder), module, function, str(count)]
    killed = subprocess.run([sys.executable, "-c", _KILLED, *given], cwd=ROOT, env={**os.environ}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert one(database, "select count(*) from world") == 0
    assert one(database, "select count(*) from transactions") == 0
    told: list[str] = []
    load_directory(small(database), folder, told.append)
    taken_up = [words.split(",")[0] for words in told if words.startswith("taking up ")]
    assert taken_up == [f"taking up {month:%Y-%m}" for month in MONTHS[:whole]]
    assert [month for what, month in aside if what == "filled"] == MONTHS[whole:]
    assert content(database) == tables_of(folder)
    assert left(database) == 0
    assert load_directory(small(database), folder).already


def test_a_load_beside_another_does_nothing(
    database: Settings, folder: Path, aside: list[tuple[str, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = small(database)
    second: list[Future[Loaded]] = []
    with ThreadPoolExecutor(1) as pool:
        during(monkeypatch, settings, lambda: second.append(pool.submit(load_directory, settings, folder)))
        assert not load_directory(settings, folder).already
        assert second[0].result().already
    assert aside == [(what, month) for what in ("filled", "attached") for month in MONTHS]
    assert content(settings) == tables_of(folder)


def test_nobody_begins_another_company_during_a_load(
    database: Settings, folder: Path, aside: list[tuple[str, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = small(database)
    other: list[Future[Any]] = []

    def begins() -> None:
        other.append(pool.submit(pipeline.plan, small(database, sim_seed=8), now=NOW))

    with ThreadPoolExecutor(1) as pool:
        during(monkeypatch, settings, begins)
        load_directory(settings, folder)
        with pytest.raises(CompanyExists):
            other[0].result()
    assert content(settings) == tables_of(folder)


def during(monkeypatch: pytest.MonkeyPatch, settings: Settings, begin: Callable[[], None]) -> None:
    """While the first month is filled, begin something, and go on when it waits for a lock."""
    fill = months.fill

    def filling(*given: Any) -> None:
        monkeypatch.setattr(months, "fill", fill)
        begin()
        wait_until(lambda: waiting(settings) > 0, 60, "the other one waits")
        fill(*given)

    monkeypatch.setattr(months, "fill", filling)


def waiting(settings: Settings) -> int:
    with psycopg.connect(**parameters(settings, "superuser"), autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'", (settings.db_name,)
        ).fetchone()
    return int(row[0]) if row else 0


def test_a_load_that_does_not_fit_leaves_nothing(
    database: Settings, folder: Path, aside: list[tuple[str, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfit(*_: object) -> None:
        raise psycopg.errors.CheckViolation

    with monkeypatch.context() as patch, pytest.raises(DirectoryRefused, match="nothing was written"):
        patch.setattr(months, "attach", unfit)
        load_directory(small(database), folder)
    assert left(database) == 0
    assert one(database, "select count(*) from stores") == 0


def test_what_a_stopped_load_left_goes_with_the_next_company(
    database: Settings, folder: Path, aside: list[tuple[str, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pipeline, "create_loaded_world", stop)
        load_directory(small(database), folder)
    assert left(database) == 4
    pipeline.plan(small(database, sim_seed=8), now=NOW)
    assert left(database) == 0


def test_months_of_another_directory_are_filled_anew(
    database: Settings, folder: Path, aside: list[tuple[str, date]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pipeline, "create_loaded_world", stop)
        load_directory(small(database), folder)
    other = tmp_path / "other"
    saved.save(other, Params.parse({"customers": 60, "products": 30, "stores": 3, "seed": 8}), START, 20)
    assert manifest(other) != manifest(folder)
    load_directory(small(database), other)
    assert content(database) == tables_of(other)

"""Lost connections: what was begun is done again whole, what is wrong for good is said at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from loaders import pipeline
from loaders.db import ROLE_NAMES, connect, conninfo
from loaders.errors import DatabaseUnavailable
from loaders.retrying import Patience, persistently
from loaders.settings import Settings
from tests.loaders.companies import NOW, content, one
from tests.loaders.conftest import copied
from tests.waiting import wait_until

BRISK = Patience(first=0.01, longest=0.05, total=1)


def _break(server: Settings) -> int:
    """End every connection of the loader's role, as a restart of the server does; returns how many there were."""
    with psycopg.connect(conninfo(server, "superuser", server.db_name), autocommit=True) as connection:
        return connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and datname = %s",
            (ROLE_NAMES["loader"], server.db_name),
        ).rowcount


class Interrupted:
    """Work on a table that loses its connection the first time, before or after its commit."""

    def __init__(self, settings: Settings, *, after_commit: bool) -> None:
        self.settings, self.after_commit, self.attempts = settings, after_commit, 0

    def __call__(self) -> int:
        self.attempts += 1
        with connect(self.settings, "loader", autocommit=True) as connection:
            with connection.transaction():
                row = connection.execute("select count(*) from public.suppliers where supplier_id = 9001").fetchone()
                assert row is not None
                if row[0]:
                    return self.attempts
                connection.execute("insert into public.suppliers values (9001, 'half', 'Tulsa', 'OK', 3)")
                if self.attempts == 1 and not self.after_commit:
                    assert _break(self.settings)
                connection.execute("update public.suppliers set name = 'whole' where supplier_id = 9001")
            if self.attempts == 1 and self.after_commit:
                assert _break(self.settings)
                connection.execute("select 1")
        return self.attempts


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_transaction_whose_connection_breaks_is_done_once_and_whole(database: Settings, after_commit: bool) -> None:
    work = Interrupted(database, after_commit=after_commit)
    assert persistently(database, "loader", work, BRISK) == 2
    with connect(database, "loader") as connection:
        found = connection.execute("select name from public.suppliers where supplier_id = 9001").fetchall()
    assert found == [("whole",)]


def test_pauses_double_up_to_the_longest_and_end_with_the_sentence(database: Settings) -> None:
    away = database.model_copy(update={"db_host": "127.0.0.1", "db_port": 9})
    pauses: list[float] = []
    with pytest.raises(DatabaseUnavailable, match=r"Nothing listens at 127\.0\.0\.1:9: check that PostgreSQL runs"):
        persistently(away, "loader", lambda: connect(away, "loader"), Patience(1, 4, 1e9), _counted(pauses, 5))
    assert pauses == [1, 2, 4, 4, 4]


def _counted(pauses: list[float], most: int) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == most:
            message = "Nothing listens at 127.0.0.1:9: check that PostgreSQL runs"
            raise DatabaseUnavailable(message)

    return sleep


def test_patience_ends(database: Settings) -> None:
    away = database.model_copy(update={"db_host": "127.0.0.1", "db_port": 9})
    pauses: list[float] = []
    with pytest.raises(DatabaseUnavailable, match="Nothing listens"):
        persistently(away, "loader", lambda: connect(away, "loader"), Patience(5, 5, 1), pauses.append)
    assert not pauses  # the first pause alone would be longer than the patience


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"db_loader_password": "wrong-password"}, "refused the password"), ({"db_name": "nowhere"}, "has no database")],
)
def test_what_does_not_pass_is_said_at_once(database: Settings, changes: dict[str, str], sentence: str) -> None:
    wrong = Settings.load(_env_file=None, **{"state_dir": database.state_dir, "db_name": database.db_name, **changes})
    with pytest.raises(DatabaseUnavailable, match=sentence):
        persistently(wrong, "loader", lambda: connect(wrong, "loader"), sleep=_never)


def test_an_error_of_the_work_itself_is_not_repeated(database: Settings) -> None:
    def work() -> Any:
        with connect(database, "loader") as connection:
            return connection.execute("select * from no_such_table")

    with pytest.raises(psycopg.errors.UndefinedTable):
        persistently(database, "loader", work, sleep=_never)


def test_a_person_at_a_terminal_is_told_at_once(database: Settings) -> None:
    away = database.model_copy(update={"db_host": "127.0.0.1", "db_port": 9})
    with pytest.raises(DatabaseUnavailable, match="Nothing listens"):
        persistently(away, "loader", lambda: connect(away, "loader"), sleep=_never, first=False)


def _never(seconds: float) -> None:
    pytest.fail(f"tried again after {seconds} seconds")


def test_a_run_whose_connections_break_ends_as_an_undisturbed_one(company: Settings, postgres_server: Settings) -> None:
    """Every connection is broken twice while days are simulated; the rows are those of an unbroken run."""
    later = NOW + timedelta(days=3)
    with copied(postgres_server, company.db_name) as twin:
        undisturbed = pipeline.run(twin, now=later)
        expected = content(twin)
    broken = []

    def disturb() -> None:
        for _ in range(2):
            wait_until(lambda: _break(company), 60, "the loader is connected", every=0.01)
            broken.append(1)

    disturber = threading.Thread(target=disturb, daemon=True)
    disturber.start()
    done = pipeline.run(company, now=later, period="day")
    disturber.join(60)
    assert len(broken) == 2
    assert content(company) == expected
    assert done["published_through"] == undisturbed["published_through"]
    assert done["transactions"] == undisturbed["transactions"] > 0
    assert one(company, "select count(*) from world_shards where lease_owner is not null") == 0

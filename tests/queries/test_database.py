"""The web worker's connections: what is lost on the way is asked once more, unless a commit was under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from loaders.db import ROLE_NAMES, connect, conninfo
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings
from walmart_app.queries.database import Database


@pytest.fixture
def web(database: Settings) -> Iterator[Database]:
    """The connections of the role that takes orders."""
    made = Database(database, "app")
    yield made
    made.close()


def _break(settings: Settings) -> int:
    with psycopg.connect(conninfo(settings, "superuser"), autocommit=True) as connection:
        return connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and datname = %s",
            (ROLE_NAMES["app"], settings.db_name),
        ).rowcount


def _write(connection: psycopg.Connection[Any]) -> None:
    connection.execute("insert into operations.order_keys (key, body_hash) values ('one', 'hash')")


def _written(settings: Settings) -> int:
    with connect(settings, "owner") as connection:
        row = connection.execute("select count(*) from operations.order_keys").fetchone()
    assert row is not None
    return int(row[0])


def test_connections_that_broke_while_idle_are_replaced(web: Database, database: Settings) -> None:
    async def several() -> None:
        await asyncio.gather(
            *(web.run(lambda connection: connection.execute("select pg_sleep(0.1)")) for _ in range(4))
        )

    asyncio.run(several())
    assert _break(database) >= 2
    assert asyncio.run(web.run(lambda connection: connection.execute("select 7").fetchone())) == (7,)


def test_work_whose_connection_breaks_before_its_commit_is_done_again_whole(web: Database, database: Settings) -> None:
    attempts = []

    def work(connection: psycopg.Connection[Any]) -> int:
        attempts.append(1)
        _write(connection)
        if len(attempts) == 1:
            assert _break(database) == 1
        connection.execute("select 1")
        return len(attempts)

    assert asyncio.run(web.run(work)) == 2
    assert _written(database) == 1


def test_nobody_claims_to_know_of_a_commit_whose_answer_was_lost(web: Database, database: Settings) -> None:
    attempts = []

    def work(connection: psycopg.Connection[Any]) -> None:
        attempts.append(1)
        _write(connection)
        assert _break(database) == 1

    with pytest.raises(DatabaseUnavailable, match="nobody knows: send an order again with the same Idempotency-Key"):
        asyncio.run(web.run(work))
    assert len(attempts) == 1
    assert _written(database) == 0

"""Migrations and roles on a real PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from loaders.db import connect
from loaders.errors import DatabaseUnavailable
from loaders.migrate import head, migrate
from loaders.settings import Settings


def test_migrating_twice_changes_nothing(database: Settings) -> None:
    assert migrate(database) == head()
    with connect(database, "owner") as connection:
        row = connection.execute("select version_num from operations.schema_version").fetchall()
    assert row == [(head(),)]


def test_the_reader_may_read_models_and_not_the_truth(database: Settings) -> None:
    with connect(database, "loader", autocommit=True) as loader:
        loader.execute("create table analytics.mart as select 1 as one")
    with connect(database, "reader", autocommit=True) as reader:
        assert reader.execute("select one from analytics.mart").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("create table analytics.mine as select 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("create table truth.mine as select 1")


def test_a_wrong_password_is_one_plain_sentence(database: Settings) -> None:
    wrong = database.model_copy(update={"db_password": Settings.load(db_password="wrong").db_password})
    with pytest.raises(DatabaseUnavailable, match="refused the password of user walmart_owner: check DB_USER"):
        connect(wrong, "owner")

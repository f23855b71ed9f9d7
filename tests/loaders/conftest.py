"""A small company, simulated once a session; each test that asks gets a copy of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from loaders.db import conninfo
from loaders.settings import Settings
from tests.conftest import TEMPLATE
from tests.loaders.companies import first_company

_numbers = itertools.count(1)


@contextmanager
def copied(server: Settings, template: str) -> Iterator[Settings]:
    """A database made from another one."""
    name = f"copy_{next(_numbers)}"
    create = sql.SQL("create database {} template {} owner {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(server.db_user)
    )
    with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(create)
        yield server.model_copy(update={"db_name": name})
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def empty(postgres_server: Settings) -> Iterator[Settings]:
    """One migrated database without a company, for tests that leave no rows behind."""
    with copied(postgres_server, TEMPLATE) as settings:
        yield settings


@pytest.fixture(scope="session")
def company_template(postgres_server: Settings) -> Iterator[Settings]:
    """The small company; nobody but `company` may use it."""
    with copied(postgres_server, TEMPLATE) as settings:
        yield first_company(settings)


@pytest.fixture
def company(company_template: Settings) -> Iterator[Settings]:
    """Settings of a database with the small company at the boundary before NOW."""
    shutil.rmtree(company_template.state_dir / "cache", ignore_errors=True)
    with copied(company_template, company_template.db_name) as settings:
        yield settings

"""What a web worker has one of: the settings, read once, and the connections for reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from loaders.settings import Settings
from walmart_app.queries.database import Database

T = TypeVar("T")
# Threads of their own: while Airflow hangs, each question holds one until its time-out, and nothing else
# that the pages do in threads may have to wait for that.
_airflow_threads = ThreadPoolExecutor(8, "airflow")


async def with_airflow(work: Callable[[], T]) -> T:
    """What `work`, which asks Airflow and blocks, returns."""
    return await asyncio.get_running_loop().run_in_executor(_airflow_threads, work)


@cache
def settings() -> Settings:
    """The product's settings."""
    return Settings.load()


@cache
def reader() -> Database:
    """Connections of the role that may only read; opened at their first use."""
    return Database(settings(), "reader")

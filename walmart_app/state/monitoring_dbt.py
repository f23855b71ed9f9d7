"""The monitoring page's database part: what dbt did last, and up to when the company's data are published."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.runtime import reader
from walmart_app.state.monitoring_dbt_rows import (
    DbtRow,
    FailedRow,
    SlowRow,
    dbt_rows,
    failed_rows,
    slow_rows,
    total_texts,
)
from walmart_app.state.monitoring_read import Results, read_results
from walmart_app.state.monitoring_rows import Heartbeat, heartbeat

_EVERY = 2.0


class DbtState(rx.State):
    """Asked for by itself, so that it never waits for Airflow, nor Airflow for it."""

    loaded: bool = False
    problem: str = ""
    published: str = ""
    database: rx.Field[list[Heartbeat]] = rx.field(default_factory=list)
    totals: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    invocations: rx.Field[list[DbtRow]] = rx.field(default_factory=list)
    failed: rx.Field[list[FailedRow]] = rx.field(default_factory=list)
    slowest: rx.Field[list[SlowRow]] = rx.field(default_factory=list)
    _watch: int = 0

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow what dbt records; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        answered: datetime | None = None
        while True:
            found: Results | None = None
            try:
                found = await reader().run(read_results)
                answered, problem = datetime.now(UTC), ""
            except WalmartSimError as error:
                problem = str(error)
            async with self:
                if self._watch != turn:
                    return
                self.loaded, self.problem = True, problem
                self._show(found, answered)
            await asyncio.sleep(_EVERY)

    def _show(self, found: Results | None, answered: datetime | None) -> None:
        now = datetime.now(UTC)
        if answered is not None:
            self._assign("database", [heartbeat("PostgreSQL", answered, now)])
        if found is None:
            return
        clock = found.published_through
        self.published = f"{clock:%d %b %Y, %H:%M} UTC" if clock else ""
        self._assign("totals", total_texts(found.totals))
        self._assign("invocations", dbt_rows(found.invocations, now))
        self._assign("failed", failed_rows(found.failed))
        self._assign("slowest", slow_rows(found.slowest))

    def _assign(self, name: str, value: Any) -> None:
        """What has not changed is not sent again."""
        if getattr(self, name) != value:
            setattr(self, name, value)

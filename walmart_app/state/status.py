"""What the status page knows of the services."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime

import reflex as rx

from walmart_app.runtime import settings
from walmart_app.services import report
from walmart_app.state.times import ago

_EVERY = 1.0


@dataclasses.dataclass
class ServiceRow:
    """One line of the table; texts are ready to show."""

    name: str
    title: str
    state: str
    since: str
    since_exact: str
    detail: str
    advice: str
    address: str
    restarted: str
    element_id: str


class StatusState(rx.State):
    """The page's substate."""

    loaded: bool = False
    running: bool = False
    healthy: bool = False
    rows: rx.Field[list[ServiceRow]] = rx.field(default_factory=list)
    _watch: int = 0

    @rx.var
    def headline(self) -> str:
        """One sentence about all services."""
        if not self.running:
            return "The services are not running."
        if self.healthy:
            return "Everything is up."
        well = sum(row.state == "healthy" for row in self.rows)
        return f"{well} of {len(self.rows)} services are healthy."

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow the supervisor's report; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        while True:
            current = await asyncio.to_thread(report.read, settings().state_dir)
            rows = [_row(part) for part in current.components]
            async with self:
                if self._watch != turn:
                    return
                if rows != self.rows:
                    self.rows = rows
                self.running, self.healthy, self.loaded = current.running, current.healthy, True
            await asyncio.sleep(_EVERY)


def _row(part: report.Component) -> ServiceRow:
    since = datetime.fromisoformat(part.since)
    return ServiceRow(
        name=part.name,
        title=part.title,
        state=str(part.state),
        since=ago(since, datetime.now(UTC)),
        since_exact=since.strftime("%Y-%m-%d %H:%M:%S UTC"),
        detail=part.detail,
        advice=part.advice,
        address=part.address if part.state == report.State.HEALTHY else "",
        restarted=_times(part.restarts),
        element_id=f"service-{part.name}",
    )


def _times(restarts: int) -> str:
    if restarts == 0:
        return ""
    return "Restarted once." if restarts == 1 else f"Restarted {restarts} times."

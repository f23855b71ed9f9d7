"""What the status page knows: every service's state, and the check that runs the whole chain."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.clients.connect import airflow_client
from walmart_app.runtime import settings
from walmart_app.services import report

HELLO = "walmart_hello"
_EVERY = 1.0
_GIVE_UP_AFTER = 120.0


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
    check_state: str = ""
    check_result: str = ""
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

    @rx.var
    def checking(self) -> bool:
        """Whether a check is under way."""
        return self.check_state in {"queued", "running"}

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

    @rx.event(background=True)
    async def run_check(self) -> None:
        """Start the greeting in Airflow and bring its result back."""
        async with self:
            if self.checking:
                return
            self.check_state, self.check_result = "queued", ""
        state, result = "failed", ""
        try:
            state, result = await self._follow_check()
        except WalmartSimError as error:
            result = str(error)
        finally:
            async with self:
                self.check_state, self.check_result = state, result

    async def _follow_check(self) -> tuple[str, str]:
        client = await asyncio.to_thread(airflow_client, settings())
        run = await asyncio.to_thread(client.trigger, HELLO)
        waited = 0.0
        while not run.finished:
            if waited > _GIVE_UP_AFTER:
                return "failed", f"Airflow has not finished {run.run_id} within {_GIVE_UP_AFTER:g} seconds."
            await asyncio.sleep(0.3)
            waited += 0.3
            run = await asyncio.to_thread(client.run, run.dag_id, run.run_id)
            async with self:
                self.check_state = run.state if not run.finished else "running"
        if run.state == "failed":
            return "failed", f"The run {run.run_id} failed; its log is in Airflow."
        return "success", str(await asyncio.to_thread(client.returned, run.dag_id, run.run_id, "greet"))


def _row(part: report.Component) -> ServiceRow:
    since = datetime.fromisoformat(part.since)
    return ServiceRow(
        name=part.name,
        title=part.title,
        state=str(part.state),
        since=_ago(since),
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


def _ago(instant: datetime) -> str:
    seconds = int((datetime.now(UTC) - instant).total_seconds())
    if seconds < 10:
        return "just now"
    if seconds < 60:
        return f"{seconds // 10 * 10} s ago"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return ""

"""What the supervisor tells the rest of the product: one small file, replaced whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from walmart_app.services.locks import supervisor_lock


class State(StrEnum):
    """How a component is."""

    WAITING = "waiting"
    PREPARING = "preparing"
    STARTING = "starting"
    HEALTHY = "healthy"
    FAILING = "failing"
    RETRYING = "retrying"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Component:
    """One component: `since` is an ISO instant (UTC); `advice` says what to do, empty when nothing is."""

    name: str
    title: str
    state: State
    since: str
    detail: str = ""
    advice: str = ""
    address: str = ""
    restarts: int = 0
    pid: int | None = None


@dataclass(frozen=True)
class Report:
    """All components; `running` is false when no supervisor is at work; `supervisor` is the pid of who told."""

    running: bool
    components: list[Component] = field(default_factory=list)
    airflow_url: str = ""
    supervisor: int = 0

    @property
    def healthy(self) -> bool:
        """Whether every component is well."""
        return bool(self.components) and all(part.state is State.HEALTHY for part in self.components)


def report_file(state_dir: Path) -> Path:
    """Where the report lies."""
    return state_dir / "run" / "status.json"


def write(state_dir: Path, report: Report) -> None:
    """Replace the report; readers see the old one or the new one."""
    path = report_file(state_dir)
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(asdict(report)))
    aside.replace(path)


def read(state_dir: Path) -> Report:
    """The current report. Without a living supervisor every component counts as stopped."""
    try:
        entry = json.loads(report_file(state_dir).read_text())
        parts = [Component(**{**part, "state": State(part["state"])}) for part in entry.pop("components")]
        report = Report(components=parts, **entry)
    except (OSError, ValueError, TypeError, KeyError):
        return Report(running=False)
    holder = supervisor_lock(state_dir).holder()
    if holder is None:
        return Report(running=False, components=[_stopped(part) for part in parts])
    if holder.pid != report.supervisor:  # it has just taken over, and has yet to look
        return Report(running=True, components=[_untold(part) for part in parts], supervisor=holder.pid)
    return report


_WORDS = {State.HEALTHY: "is healthy", State.RETRYING: "failed, tries again", State.FAILING: "does not answer"}


def announcement(part: Component) -> str | None:
    """A line for a terminal about a component that has changed; None for changes that interest nobody."""
    if part.state not in _WORDS:
        return None
    detail = "" if part.state is State.HEALTHY else f": {part.detail}"
    return f"[services] {part.title} {_WORDS[part.state]}{detail}"


def _untold(part: Component) -> Component:
    detail = "Services are being started again."
    return replace(part, state=State.WAITING, detail=detail, advice="", pid=None, address="")


def _stopped(part: Component) -> Component:
    if part.state is State.STOPPED:
        return part
    advice = "Start it with `make run`, or without the page: `python -m walmart_app.services up`."
    return replace(part, state=State.STOPPED, detail="Not running.", advice=advice, pid=None, address="")

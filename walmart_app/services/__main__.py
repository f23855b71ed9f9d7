"""`python -m walmart_app.services up | down | status`: the services without the page."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime

from loaders.errors import WalmartSimError
from loaders.settings import Settings
from walmart_app.services import report
from walmart_app.services.lifecycle import end_services, start_supervisor
from walmart_app.services.locks import supervisor_lock
from walmart_app.services.report import Report


def main() -> int:
    """Run one command; the exit code is 0 when all is as asked for."""
    parser = argparse.ArgumentParser(prog="python -m walmart_app.services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start what is not running, wait until all is healthy, leave it running")
    up.add_argument("--timeout", type=float, default=180, help="seconds to wait (default: %(default)s)")
    commands.add_parser("down", help="stop what `up` started")
    status = commands.add_parser("status", help="show each service's state; exit code 0 when all are healthy")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    arguments = parser.parse_args()
    settings = Settings.load()
    match arguments.command:
        case "up":
            return _up(settings, arguments.timeout)
        case "down":
            return _down(settings)
        case _:
            return _status(settings, arguments.json)


def _up(settings: Settings, timeout: float) -> int:
    if supervisor_lock(settings.state_dir).holder() is None:
        start_supervisor(settings, None)
    deadline = time.monotonic() + timeout
    said: dict[str, str | None] = {}
    while True:
        current = report.read(settings.state_dir)
        for part in current.components if current.running else []:
            line = report.announcement(part)
            if line and said.get(part.name) != line:
                print(line, flush=True)
            said[part.name] = line
        if current.running and current.healthy:
            print(table(current))
            return 0
        if time.monotonic() > deadline:
            print(table(current))
            print(f"Not all services are healthy after {timeout:g} seconds; they keep trying.", file=sys.stderr)
            return 1
        time.sleep(0.2)


def _down(settings: Settings) -> int:
    holder = supervisor_lock(settings.state_dir).holder()
    if holder is None:
        print("Nothing is running.")
        return 0
    if holder.main is not None:
        print(f"The services belong to `reflex run` (process {holder.main}): stop that.", file=sys.stderr)
        return 1
    if not end_services(settings, None):
        print("The services did not stop in time; see .walmart/logs.", file=sys.stderr)
        return 1
    print("All services are down.")
    return 0


def _status(settings: Settings, as_json: bool) -> int:
    current = report.read(settings.state_dir)
    print(json.dumps(asdict(current), indent=2) if as_json else table(current))
    return 0 if current.running and current.healthy else 1


def table(current: Report) -> str:
    """The report as aligned text."""
    if not current.components:
        return "Nothing has been started here yet. Start it with `make run`."
    rows = [("SERVICE", "STATE", "SINCE", "RESTARTS", "DETAIL")]
    for part in current.components:
        detail = " ".join(text for text in (part.detail, part.advice) if text)
        rows.append((part.title, part.state, _ago(part.since), str(part.restarts), detail))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in rows
    )


def _ago(instant: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(instant)).total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{max(0, seconds)} s ago"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WalmartSimError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.SubprocessError as error:
        sys.exit(f"A service could not be started: {error}")

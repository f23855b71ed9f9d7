"""The product's parts as processes, for a machine that the tests can only start programs on.

`python -m tests.remote.steps STEP ...`, with the product's settings in the environment.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from loaders.settings import Settings


def simulate(now: str, days: str = "") -> dict[str, Any]:
    """What the DAG's tasks do: plan, advance every shard, publish."""
    from loaders import pipeline

    wanted = {"days": int(days)} if days else {}
    return pipeline.run(Settings.load(), now=datetime.fromisoformat(now), **wanted)


def build() -> dict[str, Any]:
    """What the dashboard's daily figures come from; every model and test would take minutes over this distance."""
    from loaders.dbt import DbtProject

    return DbtProject(Settings.load()).run(["run", "--select", "+daily_sales_by_store", "stg_world"])


def serve(port: str) -> dict[str, Any]:
    """The REST API, until the process is ended."""
    import uvicorn

    from walmart_app.api import application

    built = application.build(Settings.load())
    application.close(built)
    uvicorn.run(built, host="127.0.0.1", port=int(port), log_level="warning")
    return {}


def main(arguments: list[str]) -> None:
    """Run one step; its result is printed as JSON."""
    steps = {"simulate": simulate, "build": build, "serve": serve}
    sys.stdout.write(json.dumps(steps[arguments[0]](*arguments[1:]), default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

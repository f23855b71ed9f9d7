"""The agent-based retail simulator: pure computation, no database, web or scheduler.

`sim.run(params, start=..., days=...)` gives a company's tables as frames. Importing `sim` itself is
light; the simulator's libraries load when `run` is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.runner import run as run

__all__ = ["run"]


def __getattr__(name: str) -> Any:
    if name == "run":
        from importlib import import_module

        function = import_module("sim.runner").run
        globals()["run"] = function
        return function
    message = f"module 'sim' has no attribute {name!r}"
    raise AttributeError(message)

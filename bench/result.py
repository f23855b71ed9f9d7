"""The last line of a benchmark, for machines."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path


def machine() -> str:
    """Processor, cores that this process may use, Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores, Python {platform.python_version()}"


@dataclass(frozen=True)
class Result:
    """`ours` and `reference` in `unit`, of the same session; `ratio`: how many times better ours is."""

    name: str
    ours: float
    reference: float
    unit: str
    ratio: float
    machine: str = field(default_factory=machine)

    def line(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))


def table(headers: list[str], rows: list[list[str]]) -> str:
    """Columns as wide as their longest value; figures at the right."""
    widths = [max(len(row[place]) for row in [headers, *rows]) for place in range(len(headers))]
    lines = [headers, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            value.ljust(width) if place == 0 else value.rjust(width)
            for place, (value, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )

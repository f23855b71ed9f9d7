"""A task's log as Airflow's REST API gives it: JSON, a structured line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LogLine:
    """A line of a log: ISO instant (may be empty), level (may be empty), text. An exception's text is a traceback."""

    time: str
    level: str
    text: str


def parse(body: bytes) -> list[LogLine]:
    """The lines of an answer.

    Raises:
        ValueError: it is not a log.
    """
    answer = json.loads(body)
    content = answer.get("content") if isinstance(answer, dict) else None
    if not isinstance(content, list):
        message = "An answer without lines of a log."
        raise ValueError(message)
    return [_line(entry) for entry in content]


def _line(entry: Any) -> LogLine:
    if not isinstance(entry, dict):
        return LogLine("", "", str(entry))
    text = str(entry.get("event", ""))
    if isinstance(details := entry.get("error_detail"), list):
        text = "\n".join([text, *_exceptions([detail for detail in details if isinstance(detail, dict)])])
    return LogLine(str(entry.get("timestamp") or ""), str(entry.get("level") or "").lower(), text)


def _exceptions(details: Sequence[Mapping[str, Any]]) -> list[str]:
    """A chain of exceptions as Python prints it, what came first first. Airflow lists the last one first."""
    lines: list[str] = []
    earlier: Mapping[str, Any] | None = None
    for detail in reversed(details):
        if earlier is not None:
            lines.append("Caused by the exception above:" if earlier.get("is_cause") else "While handling that one:")
        lines += _exception(detail)
        earlier = detail
    return lines


def _exception(detail: Mapping[str, Any]) -> list[str]:
    frames = [frame for frame in detail.get("frames") or [] if isinstance(frame, dict)]
    lines = ["Traceback (most recent call last):"] if frames else []
    for frame in frames:
        place, line, name = (frame.get(part, "?") for part in ("filename", "lineno", "name"))
        lines.append(f'  File "{place}", line {line}, in {name}')
    kind, value = detail.get("exc_type", "Exception"), detail.get("exc_value", "")
    lines.append(f"{kind}: {value}" if value else str(kind))
    return lines + [str(note) for note in detail.get("exc_notes") or []]

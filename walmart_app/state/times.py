"""Instants, durations and counts as people read them."""

from __future__ import annotations

from datetime import datetime


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, roughly; steady enough that it does not change every second."""
    seconds = int((now - instant).total_seconds())
    if seconds < 10:
        return "just now"
    if seconds < 60:
        return f"{seconds // 10 * 10} s ago"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return ""


def duration(seconds: float) -> str:
    """A length of time."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def whole(number: int) -> str:
    """A count with separators."""
    return f"{number:,}"


def size(number: int) -> str:
    """Bytes, roughly."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= scale:
            return f"{number / scale:.3g} {unit}"
    return f"{number} bytes"

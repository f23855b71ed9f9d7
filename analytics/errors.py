"""What can be wrong with what a model is given."""

from __future__ import annotations


class AnalyticsError(Exception):
    """Base of the errors raised here on purpose; `str(error)` is one plain sentence."""


class ParameterError(AnalyticsError):
    """A hyper-parameter is out of bounds."""

    def __init__(self, name: str, value: object, allowed: str) -> None:
        self.name, self.value, self.allowed = name, value, allowed
        super().__init__(f"{name} is {value}, but must be {allowed}.")


class InputError(AnalyticsError):
    """A frame lacks columns, or holds values that a model cannot read."""


def check(name: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside `low` to `high`, both included."""
    if not low <= value <= high:
        raise ParameterError(name, value, f"from {low:g} to {high:g}")


def require(columns: list[str], wanted: tuple[str, ...], what: str) -> None:
    """Refuse a frame without the wanted columns."""
    missing = [name for name in wanted if name not in columns]
    if missing:
        message = f"{what} lacks the columns {', '.join(missing)}; it has {', '.join(columns)}."
        raise InputError(message)

"""Everything that can go wrong in the simulator, as types a caller can tell apart."""

from __future__ import annotations


class SimulationError(Exception):
    """The root of the simulator's own errors; the message is one plain sentence."""


class ParameterError(SimulationError):
    """A parameter that does not exist, or a value outside what it may take.

    Attributes: `name` (dotted), `value` as given, `allowed` in words, `suggestion` the nearest known
    name when the name is unknown, else None.
    """

    def __init__(self, name: str, value: object, allowed: str, suggestion: str | None = None) -> None:
        self.name, self.value, self.allowed, self.suggestion = name, value, allowed, suggestion
        if suggestion is not None:
            message = f"unknown parameter {name!r}; did you mean {suggestion!r}?"
        else:
            message = f"parameter {name!r} is {value!r}; allowed: {allowed}"
        super().__init__(message)


class ScenarioError(SimulationError):
    """A scenario that cannot be found or read."""


class StateError(SimulationError):
    """A snapshot that is damaged, of an unknown version, or of another company or instant."""


class OrderError(SimulationError):
    """An order from the API that this world cannot have accepted."""


class ClockError(SimulationError):
    """An instant to which the world's clock cannot be moved."""


class WorkerError(SimulationError):
    """A process of the run that ended before its work was done."""


class OutputError(SimulationError):
    """A directory that a run cannot write to, or that belongs to another run."""

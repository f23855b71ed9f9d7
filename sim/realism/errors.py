"""What can keep a statistic, or the whole card, from being measured."""

from __future__ import annotations

from typing import NoReturn

from sim.errors import SimulationError


class RealismError(SimulationError):
    """A directory whose tables cannot be read at all."""


class Unmeasurable(SimulationError):
    """A row that these tables cannot answer; the message is the reason, in words for the card."""

    @property
    def reason(self) -> str:
        """Why, as one phrase."""
        return str(self)


def refuse(reason: str) -> NoReturn:
    """Raise Unmeasurable for a reason put together from values."""
    raise Unmeasurable(reason)

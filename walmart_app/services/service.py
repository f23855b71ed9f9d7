"""What the supervisor must know of a service, and what a check of it says."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Check:
    """The outcome of a health check. `well` is None when nothing could be learned."""

    well: bool | None
    detail: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Service:
    """A service, or (without `command`) a thing elsewhere that is only prepared and watched.

    `check` gets the instant (UTC) at which the process was started. Durations are seconds.
    """

    name: str
    title: str
    check: Callable[[datetime], Check]
    command: tuple[str, ...] | None = None
    prepare: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    restart_with: tuple[str, ...] = ()
    user: str | None = None
    parent_death_signal: signal.Signals = signal.SIGTERM
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 8
    start_seconds: float = 120
    patience: float = 30
    address: str = ""
    explain_exit: Callable[[], str | None] = lambda: None

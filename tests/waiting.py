"""Wait for a condition, with a name that a failure prints."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], seconds: float, what: str, every: float = 0.05) -> None:
    """Poll `condition` until it is true.

    Raises:
        TimeoutError: `what` has not come true within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            message = f"not within {seconds:g} s: {what}"
            raise TimeoutError(message)
        time.sleep(every)

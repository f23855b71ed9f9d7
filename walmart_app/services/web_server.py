"""How the web server's workers end: at one signal, and within seconds.

A terminal's Ctrl-C reaches the main process and its workers alike, and the main process then ends its workers by
SIGTERM. Granian's workers can lock up in their signal handler when the second signal meets the first (once in some
sixty ends), and would then never end, nor let the main process end.
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import threading

from walmart_app.services.lifecycle import MAIN_PID

STOP_SECONDS = 6  # whole seconds that a worker gets; it usually takes one


def bounded_stop() -> None:
    """Have Granian kill workers that do not end in time; Reflex has no setting for this option of it."""
    from granian.server import Server

    bounded = functools.partialmethod(Server.__init__, workers_kill_timeout=STOP_SECONDS)
    Server.__init__ = bounded  # type: ignore[method-assign, assignment]


def leave_interrupts_to_main() -> None:
    """In a worker of `reflex run`: ignore SIGINT, which the main process acts on."""
    worker = MAIN_PID in os.environ and os.environ[MAIN_PID] != str(os.getpid())
    if worker and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

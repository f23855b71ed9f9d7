"""Where the embedded PostgreSQL keeps its data and its socket.

A Unix socket's path may be no longer than 107 bytes and travels through connection URLs,
so a long or unusual state directory gets a short private directory for its sockets.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_LONGEST = 80  # leaves room for "/.s.PGSQL.5432.lock" within the kernel's 107 bytes
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def data_directory(state_dir: Path) -> Path:
    """The server's data directory."""
    return state_dir / "postgres"


def socket_directory(state_dir: Path) -> Path:
    """The directory of the server's Unix socket; only the server's user may enter it."""
    natural = data_directory(state_dir)
    if len(os.fsencode(natural)) <= _LONGEST and _PLAIN.fullmatch(str(natural)):
        return natural
    digest = hashlib.sha256(os.fsencode(natural)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"walmart-sim-{os.getuid()}-{digest}"

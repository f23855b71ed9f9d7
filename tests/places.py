"""Directories for what runs as another user.

pytest makes its own temporary directories private, and makes them private again whenever another
session starts; root's PostgreSQL, which runs as another user, could not reach its data there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_directory() -> Iterator[Path]:
    """A new directory that other users may pass through; removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="walmart-test-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)

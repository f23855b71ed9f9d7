"""Secrets that nobody chose: generated once, kept in the state directory with mode 0600."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only the owner can ever read it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def generated(directory: Path, name: str, length: int = 32) -> str:
    """The secret called `name`; made with `length` random bytes (URL-safe text) when missing.

    Two processes that ask at the same moment get the same secret: the first link wins.
    """
    path = directory / name
    if not path.exists():
        candidate = directory / f"{name}.{os.getpid()}"
        write_private(candidate, secrets.token_urlsafe(length))
        try:
            os.link(candidate, path)
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
    return path.read_text().strip()

"""Log files that stay small: copied aside and emptied in place, since their writers keep them open."""

from __future__ import annotations

import shutil
from pathlib import Path

LARGEST = 5_000_000
KEPT = 3


def rotate(directory: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
    """Rotate every `*.log` in `directory` that is larger than `largest` bytes, keeping `kept` old ones."""
    for log in directory.glob("*.log"):
        if log.stat().st_size <= largest:
            continue
        for number in range(kept - 1, 0, -1):
            older = log.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(log.with_suffix(f".log.{number + 1}"))
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)


def forget_old(directory: Path, keep_files: int) -> None:
    """Remove the oldest files below `directory` until `keep_files` are left, and folders that got empty."""
    files = sorted((path for path in directory.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime)
    for path in files[: max(0, len(files) - keep_files)]:
        path.unlink(missing_ok=True)
    for folder in sorted((path for path in directory.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()

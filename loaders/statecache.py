"""A local copy of a shard's state, to save the work of computing it again from the month's start.

Only a convenience: what it gives is checked against the hash in the database like everything else,
and a missing or damaged file means work, not harm.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


class StateCache:
    """Files `<world>-<shard>-<clock>-<hash>` in one private directory; one shard keeps its newest file only."""

    def __init__(self, directory: Path, world_id: str, shard: int) -> None:
        self.directory, self.prefix = directory, f"{world_id}-{shard}-"

    def _path(self, clock: datetime, state_hash: str) -> Path:
        return self.directory / f"{self.prefix}{clock:%Y%m%dT%H%M}-{state_hash[:32]}"

    def read(self, clock: datetime, state_hash: str) -> dict[int, bytes] | None:
        """The snapshots by store at that clock with that hash, or None."""
        try:
            content = self._path(clock, state_hash).read_bytes()
            head, _, body = content.partition(b"\n")
            sizes = json.loads(head)
        except (OSError, ValueError):
            return None
        found, at = {}, 0
        for store_id, size in sizes:
            found[int(store_id)] = body[at : at + size]
            at += size
        return found if at == len(body) else None

    def write(self, clock: datetime, state_hash: str, snapshot: Mapping[int, bytes]) -> None:
        """Keep these snapshots, whole or not at all, and drop the shard's older files."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(clock, state_hash)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps([[store_id, len(part)] for store_id, part in snapshot.items()]).encode() + b"\n")
            for part in snapshot.values():
                file.write(part)
        aside.replace(path)
        for other in self.directory.glob(f"{self.prefix}*"):
            if other != path:
                other.unlink(missing_ok=True)

"""A lease on one shard: at most one run advances it, and a run that lost it cannot write.

The lease names its holder's database session. It passes on when it expires (the holder's machine
is gone, a network cut) or when that session has ended (the holder was killed).
"""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Self

import psycopg

from loaders.copying import Conn
from loaders.errors import LeaseHeld, LeaseLost

SECONDS = 120


class Lease:
    """Holds a shard from `with` to its end; `connection` is in autocommit mode and stays open meanwhile."""

    def __init__(self, connection: Conn, shard: int, owner: str, seconds: int = SECONDS) -> None:
        self.connection, self.shard, self.owner, self.seconds = connection, shard, owner, seconds

    def __enter__(self) -> Self:
        """Take the lease.

        Raises:
            LeaseHeld: somebody else has it.
        """
        taken = self.connection.execute(
            "update world_shards s set lease_owner = %(owner)s, "
            "lease_expires_at = now() + make_interval(secs => %(for)s), lease_backend = pg_backend_pid(), "
            "lease_backend_start = (select backend_start from pg_stat_activity where pid = pg_backend_pid()) "
            "where shard = %(shard)s and (lease_owner is null or lease_owner = %(owner)s or lease_expires_at <= now() "
            "or not exists (select 1 from pg_stat_activity a "
            "where a.pid = s.lease_backend and a.backend_start = s.lease_backend_start))",
            {"owner": self.owner, "for": self.seconds, "shard": self.shard},
        ).rowcount
        if not taken:
            row = self.connection.execute(
                "select lease_owner, lease_expires_at from world_shards where shard = %s", (self.shard,)
            ).fetchone()
            holder = f"{row[0]} until {row[1]:%H:%M:%S} UTC at least" if row and row[0] else "another run"
            message = f"Shard {self.shard} is being advanced by {holder}: wait for it, or cancel it."
            raise LeaseHeld(message)
        return self

    def renew(self) -> None:
        """Hold the lease for longer.

        Raises:
            LeaseLost: somebody else has taken it.
        """
        renewed = self.connection.execute(
            "update world_shards set lease_expires_at = now() + make_interval(secs => %s) "
            "where shard = %s and lease_owner = %s",
            (self.seconds, self.shard, self.owner),
        ).rowcount
        if not renewed:
            raise LeaseLost(self.lost())

    def lost(self) -> str:
        """The sentence for a lease that is gone."""
        return f"Another run took over shard {self.shard} from {self.owner}: nothing of this one's period was written."

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lease back; a connection that is gone gives it back by being gone."""
        with suppress(psycopg.Error):
            self.connection.execute(
                "update world_shards set lease_owner = null, lease_expires_at = null, lease_backend = null, "
                "lease_backend_start = null where shard = %s and lease_owner = %s",
                (self.shard, self.owner),
            )

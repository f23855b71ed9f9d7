"""The world's row, its shards, and how it comes into being."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from psycopg.types.json import Jsonb

from loaders import months
from loaders.copying import Conn, write
from loaders.errors import CompanyExists, LeaseHeld, NoCompany, PeriodError
from loaders.times import day_start
from sim.schema import TABLES


@dataclass(frozen=True)
class WorldRow:
    """The one world."""

    world_id: str
    params: dict[str, Any]
    params_hash: str
    start: date
    state_version: str
    first_until: datetime
    first_company_done: bool
    source: str
    source_digest: str | None


@dataclass(frozen=True)
class ShardRow:
    """One set of stores: everything before its `clock` is in the tables."""

    shard: int
    store_ids: tuple[int, ...]
    clock: datetime
    watermark: int
    digests: dict[int, str]
    state_hash: str


@dataclass(frozen=True)
class Genesis:
    """What a simulator says of a world before its first day: rows by table path, and the hash of each store's state."""

    params: dict[str, Any]
    start: date
    state_version: str
    rows: Mapping[str, pl.DataFrame]
    digests: Mapping[int, str]


def canonical_hash(value: Any) -> str:
    """SHA-256 of a value as canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def state_hash(digests: Mapping[int, str]) -> str:
    """One hash over the states of a shard's stores."""
    text = "".join(f"{store_id}:{digest}\n" for store_id, digest in sorted(digests.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def spread(store_ids: Sequence[int], shards: int) -> list[tuple[int, ...]]:
    """The stores dealt out to at most `shards` shards, as evenly as can be."""
    ordered = sorted(store_ids)
    count = max(1, min(shards, len(ordered)))
    return [tuple(ordered[place::count]) for place in range(count)]


def read_world(connection: Conn) -> WorldRow | None:
    """The world, or None when there is none yet."""
    row = connection.execute(
        "select world_id::text, params, params_hash, start_date, state_version, first_until, first_company_done, "
        "source, source_digest from world"
    ).fetchone()
    return WorldRow(*row) if row else None


def the_world(connection: Conn) -> WorldRow:
    """The world.

    Raises:
        NoCompany: there is none yet.
    """
    world = read_world(connection)
    if world is None:
        raise NoCompany
    return world


def read_shards(connection: Conn) -> list[ShardRow]:
    """Every shard, in order."""
    rows = connection.execute(
        "select shard, store_ids, clock, watermark, digests, state_hash from world_shards order by shard"
    ).fetchall()
    return [_shard(row) for row in rows]


def read_shard(connection: Conn, shard: int) -> ShardRow:
    """One shard.

    Raises:
        NoCompany: there is no world yet.
        PeriodError: the world has no such shard.
    """
    shards = {row.shard: row for row in read_shards(connection)}
    if not shards:
        raise NoCompany
    if shard not in shards:
        message = f"The world has no shard {shard}: its shards are 0 to {max(shards)}."
        raise PeriodError(message)
    return shards[shard]


def _shard(row: tuple[Any, ...]) -> ShardRow:
    number, store_ids, clock, watermark, digests, hashed = row
    by_store = {int(store_id): str(digest) for store_id, digest in digests.items()}
    return ShardRow(number, tuple(store_ids), clock, watermark, by_store, hashed)


def create_world(
    connection: Conn,
    genesis: Genesis,
    *,
    shards: int,
    first_until: datetime,
    clock: datetime | None = None,
    source: str = "simulated",
    source_digest: str | None = None,
) -> WorldRow:
    """Write the world, its shards at the start (or at `clock`), and the start's rows, in one transaction.

    The same parameters and start a second time change nothing.

    Raises:
        CompanyExists: there is another world already.
    """
    hashed = canonical_hash(genesis.params)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("lock table world in share row exclusive mode")
        present = read_world(connection)
        if present:
            if (present.params_hash, present.start) == (hashed, genesis.start):
                return present
            message = (
                f"A company that started on {present.start} with other parameters is there already: "
                "go on with it, or start anew with `make reset`."
            )
            raise CompanyExists(message)
        months.discard(connection)  # left by a load that was stopped and will not be tried again
        cursor.execute(
            "insert into world (params, params_hash, start_date, state_version, first_until, source, source_digest) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            (
                Jsonb(genesis.params),
                hashed,
                genesis.start,
                genesis.state_version,
                first_until,
                source,
                source_digest,
            ),
        )
        for table in TABLES:
            if table.path in genesis.rows:
                write(cursor, table, genesis.rows[table.path])
        begin = clock or day_start(genesis.start)
        # a company that was loaded brings its input along, all of it taken in
        upto = cursor.execute("select coalesce(max(sequence), 0) from order_inbox").fetchone()
        assert upto is not None
        write_shards(connection, spread(list(genesis.digests), shards), begin, int(upto[0]), genesis.digests)
        cursor.execute("update world set first_company_done = true where first_until <= %s", (begin,))
        return the_world(connection)


def write_shards(
    connection: Conn,
    stores: Sequence[tuple[int, ...]],
    clock: datetime,
    watermark: int,
    digests: Mapping[int, str],
) -> None:
    """Insert the shards, all at one clock."""
    for number, store_ids in enumerate(stores):
        mine = {store_id: digests[store_id] for store_id in store_ids}
        connection.execute(
            "insert into world_shards (shard, store_ids, clock, watermark, digests, state_hash) "
            "values (%s, %s, %s, %s, %s, %s)",
            (
                number,
                list(store_ids),
                clock,
                watermark,
                Jsonb({str(store_id): digest for store_id, digest in mine.items()}),
                state_hash(mine),
            ),
        )


def reshard(connection: Conn, shards: int) -> bool:
    """Deal the stores out anew to another number of shards; whether anything changed.

    Shards at different clocks are left as they are: they can be dealt out once all have caught up.

    Raises:
        LeaseHeld: a shard is being advanced now.
    """
    with connection.transaction():
        connection.execute("select 1 from world for update")
        present = read_shards(connection)
        stores = spread([store_id for row in present for store_id in row.store_ids], shards)
        if stores == [row.store_ids for row in present] or len({row.clock for row in present}) > 1:
            return False
        held = connection.execute(
            "select shard, lease_owner from world_shards where lease_expires_at > now() for update"
        ).fetchone()
        if held:
            message = f"Shard {held[0]} is being advanced by {held[1]}: change SIM_SHARDS when no run is under way."
            raise LeaseHeld(message)
        # an order of one store says nothing of another's: the lowest watermark would take orders in twice,
        # the highest none, since all orders of all stores up to it are in when the clocks agree
        row = connection.execute("select coalesce(max(watermark), 0) from world_shards").fetchone()
        assert row is not None
        waiting = connection.execute(
            "select 1 from order_inbox i join world_shards s on i.store_id = any(s.store_ids) "
            "where i.sequence > s.watermark limit 1"
        ).fetchone()
        if waiting:
            return False
        digests = {store_id: digest for shard in present for store_id, digest in shard.digests.items()}
        connection.execute("delete from world_shards")
        write_shards(connection, stores, present[0].clock, int(row[0]), digests)
        return True

"""Idempotency keys: what a key has made is made once, however often it is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from walmart_app.commands.errors import KeyReused

Conn = Connection[Any]


@dataclass(frozen=True)
class Made:
    """What a key made before: an order, or returns of goods of one."""

    transaction_id: int
    return_ids: tuple[int, ...] | None


def claim(connection: Conn, key: str, content: Mapping[str, Any]) -> Made | None:
    """Claim the key for this content until the transaction ends; what it made before, if it did.

    Whoever comes with the same key meanwhile waits for that end.

    Raises:
        KeyReused: the key belongs to other content.
    """
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    claimed = connection.execute(
        "insert into operations.order_keys (key, body_hash) values (%s, %s) on conflict (key) do nothing", (key, digest)
    )
    if claimed.rowcount:
        return None
    row = connection.execute(
        "select body_hash, transaction_id, return_ids from operations.order_keys where key = %s", (key,)
    ).fetchone()
    if row is None or row[0] != digest or row[1] is None:
        raise KeyReused(key)
    return Made(int(row[1]), None if row[2] is None else tuple(row[2]))

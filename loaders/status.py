"""What is in the database and in the warehouse, and how far the company has come."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import psycopg

from loaders.copying import Conn
from loaders.db import connect, explain
from loaders.diagnosis import Hop, diagnose
from loaders.diagnosis import describe as describe_hops
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings

_COUNTED = ("customers", "products", "stores", "transactions", "transaction_items")


def status(settings: Settings) -> dict[str, Any]:
    """The state as JSON values; `database` says in one sentence what is wrong when it cannot be read.

    `hops` is the way to the database: name, port, TLS, password, schema, roles, each tried by itself.
    """
    where = "embedded" if settings.embedded_database else f"{settings.db_host}:{settings.db_port}/{settings.db_name}"
    hops = diagnose(settings)
    wrong = next((hop.detail for hop in hops if hop.well is False), None)
    found: dict[str, Any] = {"where": where, "database": wrong or "ok", "hops": [asdict(hop) for hop in hops]}
    if wrong:
        return found
    try:
        with connect(settings, "reader", autocommit=True) as connection:
            found |= _company(connection) | {"runs": _runs(connection), "warehouse": _warehouse(connection, settings)}
    except psycopg.OperationalError as error:
        found["database"] = explain(settings, error, "reader")
    except DatabaseUnavailable as error:
        found["database"] = str(error)
    return found


def _company(connection: Conn) -> dict[str, Any]:
    row = connection.execute("select start_date, first_company_done, source, published_through() from world").fetchone()
    if row is None:
        return {"company": None, "published_through": None, "shards": [], "rows": {}, "orders": 0}
    shards = connection.execute("select shard, clock, lease_owner from world_shards order by shard").fetchall()
    return {
        "company": {"start": row[0].isoformat(), "first_company_done": row[1], "source": row[2]},
        "published_through": row[3].isoformat(),
        "shards": [
            {"shard": number, "clock": clock.isoformat(), "held_by": holder} for number, clock, holder in shards
        ],
        "rows": {name: _value(connection, f"select count(*) from {name}") for name in _COUNTED},
        "orders": _value(connection, "select count(*) from order_inbox where return_id is null"),
    }


def _runs(connection: Conn) -> list[dict[str, Any]]:
    rows = connection.execute(
        "select run_id, kind, state, day_reached, days_done, days_total, transactions, message "
        "from simulation_runs order by started_at desc, run_id limit 5"
    ).fetchall()
    names = ("run_id", "kind", "state", "day_reached", "days_done", "days_total", "transactions", "message")
    runs = [dict(zip(names, row, strict=True)) for row in rows]
    return [run | {"day_reached": run["day_reached"] and run["day_reached"].isoformat()} for run in runs]


def _warehouse(connection: Conn, settings: Settings) -> dict[str, Any]:
    row = connection.execute(
        "select count(distinct table_name), count(*), count(*) filter (where reconciled), max(loaded_at), "
        "min(published_through) from (select distinct on (table_name, part) * from operations.warehouse_loads "
        "where warehouse = %s order by table_name, part, loaded_at desc) newest",
        (settings.warehouse,),
    ).fetchone()
    assert row is not None
    return {
        "kind": settings.warehouse,
        "tables": row[0],
        "parts": row[1],
        "parts_reconciled": row[2],
        "last_load": row[3] and row[3].isoformat(),
    }


def _value(connection: Conn, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def describe(found: dict[str, Any]) -> str:
    """The same for a reader."""
    lines = [f"database       {found['where']}: {found['database']}"]
    lines.append(describe_hops([Hop(**hop) for hop in found["hops"]]))
    if "company" not in found:
        return "\n".join(lines)
    if found["company"] is None:
        lines.append("company        none yet: start a simulation, or `python -m loaders load DIR`")
    else:
        company = found["company"]
        done = "" if company["first_company_done"] else ", its first days still being made"
        lines.append(f"company        {company['source']}, since {company['start']}{done}")
        lines.append(f"published      through {found['published_through']}")
        lines += [
            f"shard {shard['shard']:<8} at {shard['clock']}"
            + (f", held by {shard['held_by']}" if shard["held_by"] else "")
            for shard in found["shards"]
        ]
        lines += [f"{name:<18} {rows:>12,} rows" for name, rows in found["rows"].items()]
        lines.append(f"{'orders by API':<18} {found['orders']:>12,}")
    for run in found["runs"]:
        message = f": {run['message']}" if run["message"] else ""
        lines.append(
            f"run            {run['run_id']} {run['kind']} {run['state']}, day {run['days_done']} of "
            f"{run['days_total']}, {run['transactions']:,} transactions{message}"
        )
    there = found["warehouse"]
    lines.append(
        f"warehouse      {there['kind']}: {there['tables']} tables, "
        f"{there['parts_reconciled']} of {there['parts']} parts reconciled, last load {there['last_load'] or 'never'}"
    )
    return "\n".join(lines)

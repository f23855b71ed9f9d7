"""Everything that the dashboard shows of one view, read at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from walmart_app.queries import dashboard, dashboard_details, dashboard_sales
from walmart_app.queries.dashboard import Choices, Filters
from walmart_app.queries.dashboard_details import Hour, Product, Stock
from walmart_app.queries.dashboard_sales import Day, Slice
from walmart_app.queries.database import Conn
from walmart_app.runtime import reader
from walmart_app.state.dashboard_view import Resolved, View, resolve


@dataclass(frozen=True)
class Sales:
    """Sales of a period, divided in each way."""

    days: list[Day]
    stores: list[Slice]
    channels: list[Slice]
    categories: list[Slice]


@dataclass(frozen=True)
class Period:
    """One period's figures."""

    sales: Sales
    members: int
    refunds: dict[date, Decimal]


@dataclass(frozen=True)
class Found:
    """The answer to a view; `before` is None without a compared period."""

    choices: Choices
    resolved: Resolved
    now: Period
    before: Period | None
    products: list[Product]
    hours: list[Hour]
    stock: Stock


async def read(view: View) -> Found:
    """The figures of a view, over a few connections at once.

    Raises:
        NoCompany, NotBuilt: there is nothing to show yet.
        DatabaseUnavailable: the database is away or too slow.
    """
    database = reader()
    choices = await database.run(dashboard.choices)
    resolved = resolve(view, choices)
    now, before = resolved.now, resolved.before

    def details(connection: Conn) -> tuple[list[Hour], Stock, list[dict[date, Decimal]]]:
        hours = dashboard_details.by_hour(connection, now)
        stock = dashboard_details.stock(connection, now)
        return hours, stock, [dashboard_details.refunds(connection, part) for part in (now, before) if part]

    def members(connection: Conn) -> list[int]:
        return [dashboard_details.members(connection, part) for part in (now, before) if part]

    periods, products, (hours, stock, refunds), people = await asyncio.gather(
        database.run(lambda connection: [_sales(connection, part) for part in (now, before) if part]),
        database.run(lambda connection: dashboard_details.top_products(connection, now)),
        database.run(details),
        database.run(members),
    )
    both = [Period(*parts) for parts in zip(periods, people, refunds, strict=True)]
    return Found(choices, resolved, both[0], both[1] if before else None, products, hours, stock)


async def newest_build() -> tuple[Any, ...]:
    """A mark that changes when there may be other figures."""
    return await reader().run(dashboard.newest_build)


def _sales(connection: Conn, filters: Filters) -> Sales:
    return Sales(
        dashboard_sales.by_day(connection, filters),
        dashboard_sales.by_store(connection, filters),
        dashboard_sales.by_channel(connection, filters),
        dashboard_sales.by_category(connection, filters),
    )

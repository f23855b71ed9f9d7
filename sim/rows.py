"""Rows that describe the company, as frames of the schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import frames, schema
from sim.catalogue import Catalogue
from sim.clock import day_number, day_start
from sim.geography import Store
from sim.offers import Trial
from sim.pricing import KEYS_PER_DAY, KINDS, MARKDOWN, MARKDOWN_DAYS, PriceChange, Promoted, PromotionCalendar
from sim.state import StoreState

Ints = NDArray[np.int64]

STORE_KEYS = 10_000_000  # a store's numbers within a day, as in transaction numbers
# Products' ages count back from a fixed day, so a later start does not relaunch the catalogue.
_CATALOGUE_DAY = date(2015, 1, 1)


def stores(found: Sequence[Store]) -> pl.DataFrame:
    """Rows of `stores`."""
    return pl.DataFrame(
        [
            (s.store_id, s.name, s.format.name, s.city.name, s.city.state, s.region, s.city.latitude, s.city.longitude,
             s.city.time_zone, s.opened_on, Decimal(s.tax_bps) / 100)
            for s in found
        ],
        schema=schema.STORES.columns,
        orient="row",
    )  # fmt: skip


def suppliers(found: Sequence[tuple[int, str, str, str, int]]) -> pl.DataFrame:
    """Rows of `suppliers`."""
    return pl.DataFrame(list(found), schema=schema.SUPPLIERS.columns, orient="row")


def products(catalogue: Catalogue, price: Ints, day: date, only: Ints | None = None) -> pl.DataFrame:
    """Rows of `products` (all, or those at the positions `only`) at these prices, as of a day's boundary."""
    at = np.arange(catalogue.size) if only is None else only
    needs = [catalogue.needs[k] for k in catalogue.need_of[at]]
    columns = {
        "product_id": pl.Series(at + 1),
        "sku": pl.Series([f"{10_000_000 + 7919 * (int(i) + 1) % 90_000_000:08d}" for i in at]),
        "name": pl.Series([catalogue.name[i] for i in at], dtype=pl.String),
        "brand": pl.Series([catalogue.brand[i] for i in at], dtype=pl.String),
        "department": pl.Series([need.department for need in needs], dtype=pl.String),
        "category": pl.Series([need.category for need in needs], dtype=pl.String),
        "subcategory": pl.Series([need.name for need in needs], dtype=pl.String),
        "pack_size": pl.Series([catalogue.pack[i] for i in at], dtype=pl.String),
        "unit_cost": frames.money(pl.Series(catalogue.unit_cost[at])),
        "list_price": frames.money(pl.Series(price[at])),
        "private_label": pl.Series(catalogue.private[at]),
        "perishable": pl.Series([need.perishable for need in needs], dtype=pl.Boolean),
        "supplier_id": pl.Series(catalogue.supplier[at]),
        "launched_on": _dates(day_number(_CATALOGUE_DAY) - catalogue.age_days[at]),
        "discontinued_on": pl.Series([None] * len(at), dtype=pl.Date),
        "updated_at": pl.Series([day_start(day)] * len(at), dtype=schema.INSTANT),
        "taxable": pl.Series([need.taxable for need in needs], dtype=pl.Boolean),
    }
    return pl.DataFrame([column.cast(schema.PRODUCTS.columns[name]).alias(name) for name, column in columns.items()])


def assortment(listed: Sequence[NDArray[np.bool_]], found: Sequence[Store]) -> pl.DataFrame:
    """Rows of `assortment`: what each store lists since it opened."""
    parts = []
    for store, mask in zip(found, listed, strict=True):
        at = np.flatnonzero(mask)
        parts.append(
            {
                "store_id": np.full(len(at), store.store_id),
                "product_id": at + 1,
                "listed_from": np.full(len(at), day_number(store.opened_on)),
            }
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["listed_to"] = np.full(len(columns["store_id"]), frames.NULL)
    built = {name: columns[name] for name in schema.ASSORTMENT.columns}
    return frames.build(schema.ASSORTMENT, built)


def inventory(states: Sequence[StoreState], chosen: Sequence[NDArray[np.bool_]]) -> pl.DataFrame:
    """Rows of `inventory` for the chosen products of each store."""
    parts = [inventory_columns(found, mask) for found, mask in zip(states, chosen, strict=True)]
    return frames.build(schema.INVENTORY, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def inventory_columns(found: StoreState, chosen: NDArray[np.bool_]) -> dict[str, Ints]:
    """Raw columns of `inventory` for the chosen products of a store."""
    at = np.flatnonzero(chosen)
    return {
        "store_id": np.full(len(at), found.store_id),
        "product_id": at + 1,
        "on_hand": found.on_hand[at],
        "on_order": found.on_order[at],
        "reorder_point": found.reorder_point[at],
        "order_up_to": found.order_up_to[at],
        "updated_at": found.changed_at[at],
    }


def promotions_at_start(calendar: PromotionCalendar, day: int, announced: int) -> pl.DataFrame:
    """Promotions in force or announced when the company starts, once each."""
    found = [promotions(calendar.on(day + ahead)) for ahead in range(0, announced + 1)]
    return pl.concat(found).unique(subset=["promotion_id"], keep="first", maintain_order=True)


def promotions(found: Promoted, starts: int | None = None) -> pl.DataFrame:
    """Rows of `promotions` of a week; with `starts` only those that start on that day."""
    chosen = found.identity != 0
    if starts is not None:
        chosen &= found.starts == starts
    at = np.flatnonzero(chosen)
    return pl.DataFrame(
        {
            "promotion_id": found.identity[at],
            "kind": [KINDS[i] for i in found.kind[at]],
            "store_id": [None] * len(at),
            "product_id": at + 1,
            "discount_pct": pl.Series(found.percent[at]).cast(pl.Decimal(5, 2)),
            "starts_on": _dates(found.starts[at]),
            "ends_on": _dates(found.ends[at]),
        },
        schema=schema.PROMOTIONS.columns,
    )


def price_changes(changes: Sequence[PriceChange]) -> pl.DataFrame:
    """Rows of `price_changes` of the whole chain."""
    return pl.DataFrame(
        {
            "price_change_id": [c.day * KEYS_PER_DAY + c.product + 1 for c in changes],
            "store_id": [None] * len(changes),
            "product_id": [c.product + 1 for c in changes],
            "effective_on": _dates(np.array([c.day for c in changes], dtype=np.int64)),
            "old_price": frames.money(pl.Series([c.old for c in changes], dtype=pl.Int64)),
            "new_price": frames.money(pl.Series([c.new for c in changes], dtype=pl.Int64)),
            "reason": [c.reason for c in changes],
        },
        schema=schema.PRICE_CHANGES.columns,
    )


def markdowns(store_id: int, identity: Ints, day: int, depth: int) -> pl.DataFrame:
    """Rows of `promotions` for the markdowns that a store starts on a day; their numbers carry the product."""
    count = len(identity)
    return pl.DataFrame(
        {
            "promotion_id": identity,
            "kind": [MARKDOWN] * count,
            "store_id": [store_id] * count,
            "product_id": identity % STORE_KEYS,
            "discount_pct": pl.Series([depth] * count).cast(pl.Decimal(5, 2)),
            "starts_on": _dates(np.full(count, day)),
            "ends_on": _dates(np.full(count, day + MARKDOWN_DAYS - 1)),
        },
        schema=schema.PROMOTIONS.columns,
    )


def trial_changes(store_id: int, day: int, trial: Trial, listed: NDArray[np.bool_]) -> pl.DataFrame:
    """Rows of `price_changes` that an experiment makes at a store, of the products it lists."""
    kept = listed[trial.products]
    at = trial.products[kept]
    return pl.DataFrame(
        {
            "price_change_id": day * KEYS_PER_DAY + store_id * STORE_KEYS + at + 1,
            "store_id": np.full(len(at), store_id),
            "product_id": at + 1,
            "effective_on": _dates(np.full(len(at), day)),
            "old_price": frames.money(pl.Series(trial.old[kept], dtype=pl.Int64)),
            "new_price": frames.money(pl.Series(trial.new[kept], dtype=pl.Int64)),
            "reason": ["experiment"] * len(at),
        },
        schema=schema.PRICE_CHANGES.columns,
        strict=False,
    )


def true_products(elasticity: NDArray[np.float64]) -> pl.DataFrame:
    """Rows of `truth.products`."""
    return pl.DataFrame(
        {"product_id": np.arange(1, len(elasticity) + 1), "own_price_elasticity": elasticity},
        schema=schema.TRUE_PRODUCTS.columns,
    )


def _dates(numbers: Ints) -> pl.Series:
    return (pl.Series(numbers, dtype=pl.Int64) + frames.EPOCH_SHIFT).cast(pl.Int32).cast(pl.Date)

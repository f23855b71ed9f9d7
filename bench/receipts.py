"""Receipts of a year as a load brings them, drawn at random: right in types, keys and sums, without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from sim.schema import MONEY, TRANSACTION_ITEMS, TRANSACTIONS, transaction_id

YEAR, STORES, PRODUCTS, CUSTOMERS = 2025, 12, 1500, 20_000
_PER_LINE = (1, 6)  # lines of a receipt, from and to: 3.4 on average by the weights below
_WEIGHTS = (0.18, 0.18, 0.17, 0.17, 0.15, 0.15)


def year(transactions: int, seed: int) -> dict[date, Mapping[str, pl.DataFrame]]:
    """Both tables by the first day of each month; about 3.4 lines a receipt."""
    random = np.random.default_rng(seed)
    days = [date(YEAR, 1, 1) + timedelta(days=day) for day in range(365)]
    months: dict[date, list[date]] = {}
    for day in days:
        months.setdefault(day.replace(day=1), []).append(day)
    each = -(-transactions // (365 * STORES))
    return {month: _month(random, found, each) for month, found in months.items()}


def _month(random: np.random.Generator, days: list[date], each: int) -> Mapping[str, pl.DataFrame]:
    first = np.array([transaction_id(day, store, 0) for day in days for store in range(1, STORES + 1)], np.int64)
    number = (first[:, None] + np.arange(each)).ravel()
    day = np.repeat(np.array(days, "datetime64[D]"), STORES * each)
    store = np.tile(np.repeat(np.arange(1, STORES + 1), each), len(days))
    count = random.choice(np.arange(_PER_LINE[0], _PER_LINE[1] + 1), len(number), p=_WEIGHTS)
    receipt = np.repeat(np.arange(len(number)), count)
    line = np.arange(len(receipt)) - np.repeat(np.cumsum(count) - count, count) + 1
    price = random.integers(50, 4000, len(receipt))
    promoted = random.random(len(receipt)) < 0.1
    paid = np.where(promoted, price * 8 // 10, price)
    quantity = 1 + (random.random(len(receipt)) < 0.2)
    items = pl.DataFrame(
        {
            "transaction_id": number[receipt],
            "line_number": line,
            "transaction_date": day[receipt],
            "store_id": store[receipt],
            "product_id": random.integers(1, PRODUCTS + 1, len(receipt)),
            "quantity": quantity,
            "list_price": _money(price),
            "unit_price": _money(paid),
            "promotion_id": pl.Series(np.where(promoted, receipt, -1)).replace(-1, None),
        }
    )
    total = np.bincount(receipt, quantity * paid).astype(np.int64)
    saved = np.bincount(receipt, quantity * (price - paid)).astype(np.int64)
    known = random.random(len(number)) < 0.85
    seconds = random.integers(14 * 3600, 27 * 3600, len(number))
    transactions = pl.DataFrame(
        {
            "transaction_id": number,
            "customer_id": pl.Series(np.where(known, random.integers(1, CUSTOMERS + 1, len(number)), -1)).replace(
                -1, None
            ),
            "store_id": store,
            "transaction_date": day,
            "transaction_timestamp": pl.Series(day.astype("datetime64[us]") + seconds * 1_000_000).dt.replace_time_zone(
                "UTC"
            ),
            "channel": pl.Series(["store", "pickup", "delivery"])[random.integers(0, 3, len(number))],
            "payment_method": pl.Series(["cash", "debit", "credit"])[random.integers(0, 3, len(number))],
            "item_count": np.bincount(receipt, quantity).astype(np.int64),
            "discount_amount": _money(saved),
            "tax_amount": _money(total // 20),
            "total_amount": _money(total),
        }
    )
    return {
        TRANSACTIONS.path: transactions.cast(dict(TRANSACTIONS.columns)),
        TRANSACTION_ITEMS.path: items.cast(dict(TRANSACTION_ITEMS.columns)),
    }


def _money(cents: np.ndarray) -> pl.Series:
    return pl.Series(cents).cast(pl.Decimal(14, 2)).__truediv__(100).cast(MONEY)

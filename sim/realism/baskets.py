"""Rows about baskets: how large, how unequal, how much bought again (6, 7, 9)."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim import schema
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Picture, ratio, series, thinned, top_share
from sim.realism.reading import Company

LEAST_BASKETS = 100
FIRST_LOOKED_AT, LAST_LOOKED_AT = 9, 13  # a customer's baskets, from 1
LEAST_CUSTOMERS = 20
_STRANGERS = 5  # other customers to whose past each customer's baskets are compared


def size(company: Company) -> Finding:
    """Row 6: distinct items a basket: coefficient of variation, and the share of baskets with one."""
    items = _baskets(company)["items"].to_numpy().astype(np.int64)
    at = np.arange(1, 26)
    seen = np.bincount(np.minimum(items, 26), minlength=27)[1:26] / len(items)
    picture = Picture("Distinct items a basket", "items", "share of baskets", "bars", (series("baskets", at, seen),))
    values = {"cv": float(items.std() / items.mean()), "single": float((items == 1).mean())}
    return Finding({**values}, {"items a basket": float(items.mean()), "baskets": float(len(items))}, (picture,))


def concentration(company: Company) -> Finding:
    """Row 7: the share of all units that lies in the largest 20% of baskets."""
    units = _baskets(company)["units"].to_numpy()
    held = np.cumsum(np.sort(units)[::-1]) / units.sum()
    part = np.arange(1, len(units) + 1) / len(units)
    picture = Picture(
        "Units held by the largest baskets", "share of baskets, largest first", "share of units", "line",
        (series("units", thinned(part), thinned(held)),),
    )  # fmt: skip
    return Finding({"share": top_share(units)}, {"units a basket": float(units.mean())}, (picture,))


def repetition(company: Company) -> Finding:
    """Row 9: of the items in a customer's baskets 9 to 13, how many were bought before by the same customer.

    Compared with the same share when each customer's baskets meet another customer's past (five fixed
    shuffles of all customers with 13 baskets).
    """
    trips = company.trips.lazy().with_columns(
        basket=pl.int_range(1, pl.len() + 1).over("customer_id"), baskets=pl.len().over("customer_id")
    )
    lasting = (pl.col("baskets") >= LAST_LOOKED_AT) & (pl.col("basket") <= LAST_LOOKED_AT)
    early = trips.filter(lasting).select("transaction_id", "customer_id", "basket")
    lines = company.within(schema.TRANSACTION_ITEMS, "transaction_id", "product_id")
    items = (
        lines.join(early, on="transaction_id")
        .select("customer_id", "basket", "product_id")
        .unique()
        .collect(engine="streaming")
    )
    customers = items["customer_id"].unique().sort()
    if len(customers) < LEAST_CUSTOMERS:
        refuse(f"fewer than {LEAST_CUSTOMERS} customers with {LAST_LOOKED_AT} baskets ({len(customers)})")
    first = items.group_by("customer_id", "product_id").agg(first=pl.col("basket").min())
    looked_at = items.filter(pl.col("basket") >= FIRST_LOOKED_AT)
    own = _bought_before(looked_at, first)
    shuffled = customers.gather(np.random.default_rng(0).permutation(len(customers)))
    shares = []
    for shuffle in range(1, _STRANGERS + 1):
        # A rotation of a shuffled round gives everyone somebody else.
        step = max(1, shuffle * len(customers) // (_STRANGERS + 1))
        other = pl.DataFrame({"customer_id": shuffled, "other": pl.concat([shuffled[step:], shuffled[:step]])})
        swapped = looked_at.join(other, on="customer_id").with_columns(customer_id="other").drop("other")
        shares.append(_bought_before(swapped, first))
    values = {"lift": ratio(own, float(np.mean(shares)))}
    return Finding(values, {"bought before": own, "by another": float(np.mean(shares))})


def _bought_before(items: pl.DataFrame, first: pl.DataFrame) -> float:
    """The share of items whose product the customer named beside them had bought in an earlier basket."""
    known = items.join(first, on=["customer_id", "product_id"], how="left")
    before = (known["first"] < known["basket"]).fill_null(value=False)
    return int(before.sum()) / max(len(before), 1)


def _baskets(company: Company) -> pl.DataFrame:
    found = company.baskets
    if found.height < LEAST_BASKETS:
        refuse(f"fewer than {LEAST_BASKETS} baskets ({found.height})")
    return found

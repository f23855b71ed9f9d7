"""Row 28: empty shelves at close, and what of an empty item's sales the rest of its category takes.

Stock carries over between the rows of `inventory_daily`, which has one for each day on which anything moved.
"""

from __future__ import annotations

import polars as pl

from sim import schema
from sim.realism.errors import Unmeasurable, refuse
from sim.realism.findings import Finding, Missing
from sim.realism.reading import Company
from sim.realism.recapture import recaptured

LEAST_DAYS = 28
_CELL = ["store_id", "product_id"]


def empty_shelves(company: Company) -> Finding:
    """Row 28: the share of listed SKU-store-days that close with nothing on hand; recapture in the category."""
    company.need_days(LEAST_DAYS)
    spells = empty_spells(company)
    listed = int(company.listing["days"].sum())
    empty = int(spells["empty"].sum())
    values: dict[str, float | Missing] = {"empty": empty / listed}
    try:
        values["recaptured"] = recaptured(company, spells)
    except Unmeasurable as error:
        values["recaptured"] = Missing(error.reason)
    return Finding(values, {"empty SKU-store-days": float(empty)})


def empty_spells(company: Company) -> pl.DataFrame:
    """Runs of closings at zero: store_id, product_id, from (the first such closing), until (excluded), empty days."""
    last = pl.lit(company.last_day)
    listing = company.listing.select(*_CELL, "listed_from", "listed_to")
    moved = (
        company.within(schema.INVENTORY_DAILY, *_CELL, "opening", "closing")
        .join(listing.lazy(), on=_CELL)
        .filter(pl.col("date").is_between(pl.col("listed_from"), pl.col("listed_to")))
        .sort(*_CELL, "date")
        .collect(engine="streaming")
    )
    if moved.is_empty():
        refuse("inventory_daily has no rows of listed SKU-stores")
    day = pl.duration(days=1)
    following = pl.col("date").shift(-1).over(_CELL).fill_null(last + day)
    until = pl.min_horizontal(following, pl.col("listed_to") + day)
    runs = moved.with_columns(until=until).filter(pl.col("closing") == 0).select(*_CELL, since="date", until="until")
    # Before its first movement a SKU-store holds what it opened with.
    opened = moved.group_by(_CELL, maintain_order=True).first().filter(pl.col("opening") == 0)
    before = opened.select(*_CELL, since="listed_from", until="date")
    return (
        pl.concat([runs, before, _never_moved(company, moved)])
        .with_columns(empty=(pl.col("until") - pl.col("since")).dt.total_days())
        .filter(pl.col("empty") > 0)
    )


def _never_moved(company: Company, moved: pl.DataFrame) -> pl.DataFrame:
    """Listed SKU-stores without any movement and, by `inventory`, nothing on hand."""
    still = company.listing.join(moved.select(_CELL).unique(), on=_CELL, how="anti")
    if company.has(schema.INVENTORY):
        held = company.table(schema.INVENTORY, *_CELL, "on_hand").filter(pl.col("on_hand") == 0).collect()
        still = still.join(held, on=_CELL, how="semi")
    else:
        still = still.clear()
    return still.select(*_CELL, since="listed_from", until=pl.col("listed_to") + pl.duration(days=1))

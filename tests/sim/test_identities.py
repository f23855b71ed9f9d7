"""What must hold exactly in any company's rows: stock, money, keys, hours."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import schema
from sim.clock import day_start
from sim.params import Params
from sim.runner import run
from tests.sim.companies import Rows, at, whole, world

DAYS = 14
STOCK = ("store_id", "product_id")


@pytest.fixture(params=[11, 12])
def rows(request: pytest.FixtureRequest) -> Rows:
    return whole(DAYS, request.param)


def test_every_table_has_its_columns_keys_and_no_unexpected_nulls(rows: Rows) -> None:
    assert set(rows) == set(schema.BY_PATH)
    for table in schema.TABLES:
        frame = rows[table.path]
        assert frame.schema == pl.Schema(table.columns), table.path
        assert frame.height > 0, table.path
        assert not frame.select(table.key).is_duplicated().any(), table.path
        empty = {name for name in frame.columns if frame[name].null_count()}
        assert empty <= table.nullable, table.path


def test_stock_is_accounted_for_to_the_unit(rows: Rows) -> None:
    daily = rows["inventory_daily"].sort(*STOCK, "date")
    closing = pl.col("opening") + pl.col("received") - pl.col("sold") + pl.col("returned") - pl.col("shrink")
    assert daily.filter(pl.col("closing") != closing).is_empty()
    counts = ("opening", "received", "sold", "returned", "shrink", "closing")
    assert daily.select(pl.min_horizontal(counts).min()).item() == 0
    # On-hand carries over: each row opens with what the one before closed with, the first with the opening stock.
    carried = daily.with_columns(pl.col("closing").shift(1).over(STOCK).alias("before"))
    assert carried.filter(pl.col("before").is_not_null() & (pl.col("before") != pl.col("opening"))).is_empty()
    first = carried.filter(pl.col("before").is_null()).join(world_stock(rows), on=STOCK)
    assert first.filter(pl.col("opening") != pl.col("on_hand_at_start")).is_empty()
    last = daily.group_by(STOCK).agg(pl.col("closing").last()).join(rows["inventory"], on=STOCK)
    assert last.filter(pl.col("closing") != pl.col("on_hand")).is_empty()
    assert last.height > 100


def world_stock(rows: Rows) -> pl.DataFrame:
    seed = 11 if rows is whole(DAYS, 11) else 12
    return world(seed).genesis()["inventory"].select(*STOCK, pl.col("on_hand").alias("on_hand_at_start"))


def test_stock_movements_are_those_of_the_other_tables(rows: Rows) -> None:
    daily = rows["inventory_daily"]

    def same(frame: pl.DataFrame, day: str, units: str, column: str) -> None:
        total = pl.col(units).sum().cast(pl.Int32).alias("units")
        totals = frame.group_by(*STOCK, pl.col(day).alias("date")).agg(total)
        both = daily.join(totals, on=[*STOCK, "date"], how="full", coalesce=True)
        assert both.filter(pl.col("units").fill_null(0) != pl.col(column).fill_null(0)).is_empty()
        assert totals.height > 20

    same(rows["transaction_items"], "transaction_date", "quantity", "sold")
    same(rows["returns"].filter("restocked"), "returned_on", "quantity", "returned")
    arrived = rows["purchase_orders"].filter(pl.col("received_on").is_not_null())
    same(arrived, "received_on", "quantity_received", "received")
    assert (arrived["quantity_received"] < arrived["quantity"]).any()
    assert (arrived["received_on"] > arrived["expected_on"]).any()
    waiting = rows["purchase_orders"].filter(pl.col("received_on").is_null())
    on_order = waiting.group_by(STOCK).agg(pl.col("quantity").sum().cast(pl.Int32).alias("waiting"))
    stock = rows["inventory"].join(on_order, on=STOCK, how="left").with_columns(pl.col("waiting").fill_null(0))
    assert stock.filter(pl.col("waiting") != pl.col("on_order")).is_empty()


def test_money_adds_up_to_the_cent(rows: Rows) -> None:
    lines = (
        rows["transaction_items"]
        .group_by("transaction_id")
        .agg(
            (pl.col("quantity") * pl.col("unit_price")).sum().alias("paid"),
            (pl.col("quantity") * (pl.col("list_price") - pl.col("unit_price"))).sum().alias("saved"),
            pl.col("quantity").sum().alias("units"),
            pl.col("line_number").sort().alias("numbers"),
            pl.len().alias("count"),
        )
    )
    both = rows["transactions"].join(lines, on="transaction_id", how="full", coalesce=True)
    assert both.height == rows["transactions"].height == lines.height
    wrong = (
        (pl.col("paid") != pl.col("total_amount"))
        | (pl.col("saved") != pl.col("discount_amount"))
        | (pl.col("units") != pl.col("item_count"))
        | (pl.col("numbers").list.max() != pl.col("count"))
    )
    assert both.filter(wrong).is_empty()
    assert (both["discount_amount"] > 0).any() and (both["tax_amount"] > 0).any()


def test_lines_are_sold_at_the_days_prices(rows: Rows) -> None:
    lines = rows["transaction_items"]
    promoted = lines.join(rows["promotions"], on=["promotion_id", "product_id"], how="inner")
    assert promoted.height == lines["promotion_id"].count() > 50
    outside = (pl.col("transaction_date") < pl.col("starts_on")) | (pl.col("transaction_date") > pl.col("ends_on"))
    assert promoted.filter(outside).is_empty()
    plain = lines.filter(pl.col("promotion_id").is_null())
    assert plain.filter(pl.col("unit_price") != pl.col("list_price")).is_empty()
    # Today's list price is the catalogue's; the last change of a product is its list price.
    last = rows["price_changes"].sort("effective_on").group_by("product_id").agg(pl.col("new_price").last())
    both = last.join(rows["products"], on="product_id")
    assert both.filter(pl.col("new_price") != pl.col("list_price")).is_empty() and both.height > 3
    one_price = lines.group_by("product_id", "transaction_date").agg(pl.col("list_price").n_unique())
    assert (one_price["list_price"] == 1).all()


def test_every_reference_resolves(rows: Rows) -> None:
    def holds(child: str, parent: str, *columns: str, theirs: tuple[str, ...] | None = None) -> None:
        keys = rows[child].drop_nulls(list(columns))
        missing = keys.join(rows[parent], left_on=columns, right_on=theirs or columns, how="anti")
        assert missing.is_empty(), (child, parent)

    for child in ("transactions", "transaction_items", "returns", "inventory", "inventory_daily", "purchase_orders",
                  "assortment", "truth/demand", "truth/promotion_effects"):  # fmt: skip
        holds(child, "stores", "store_id")
        if child != "transactions":
            holds(child, "products", "product_id")
    holds("customers", "stores", "home_store_id", theirs=("store_id",))
    holds("transactions", "customers", "customer_id")
    holds("transaction_items", "transactions", "transaction_id", "transaction_date")
    holds("transaction_items", "assortment", "store_id", "product_id")
    holds("transaction_items", "promotions", "promotion_id")
    holds("returns", "transaction_items", "transaction_id", "line_number", "product_id", "store_id")
    holds("purchase_orders", "suppliers", "supplier_id")
    holds("products", "suppliers", "supplier_id")
    holds("promotions", "products", "product_id")
    holds("truth/promotion_effects", "promotions", "promotion_id", "product_id")
    holds("truth/customers", "customers", "customer_id")
    joined = rows["transactions"].join(rows["customers"], on="customer_id")
    assert joined.filter(pl.col("transaction_date") < pl.col("joined_on")).is_empty()
    assert joined.filter(pl.col("store_id") != pl.col("home_store_id")).is_empty()
    assert rows["customers"].filter(pl.col("joined_on") == pl.col("joined_on").max()).height >= 1
    assert rows["customers"].height > 240


def test_sales_fall_within_the_stores_hours_and_their_world_day(rows: Rows) -> None:
    sales = rows["transactions"].join(rows["stores"], on="store_id")
    for zone, part in sales.group_by("time_zone"):
        local = part["transaction_timestamp"].dt.convert_time_zone(str(zone[0]))
        assert (local.dt.date() == part["transaction_date"]).all()
        assert local.dt.hour().min() >= 6 and local.dt.hour().max() <= 22
    days = sales["transaction_id"].map_elements(schema.transaction_day, return_dtype=pl.Date)
    assert (days == sales["transaction_date"]).all()
    last = sales["transaction_timestamp"].max()
    assert last is not None and last < at(DAYS)  # type: ignore[operator]
    numbered = sales.sort("transaction_timestamp").with_columns(
        (pl.col("transaction_id") % 10_000_000).alias("sequence"),
    )
    place = numbered.group_by("store_id", "transaction_date").agg(pl.col("sequence"))
    assert all(list(part) == list(range(len(part))) for part in place["sequence"])


def test_returns_follow_their_sale_and_never_exceed_it(rows: Rows) -> None:
    back = rows["returns"].join(
        rows["transaction_items"], on=["transaction_id", "line_number"], suffix="_sold"
    ).join(rows["transactions"], on="transaction_id", suffix="_trip")  # fmt: skip
    assert back.height == rows["returns"].height > 20
    assert back.filter(pl.col("quantity") > pl.col("quantity_sold")).is_empty()
    assert back.filter(pl.col("refund_amount") != pl.col("quantity") * pl.col("unit_price")).is_empty()
    assert back.filter(pl.col("returned_at") <= pl.col("transaction_timestamp")).is_empty()
    assert not back.select("transaction_id", "line_number").is_duplicated().any()
    assert back["restocked"].any() and not back["restocked"].all()
    for number, instant in rows["returns"].select("returned_on", "returned_at").iter_rows():
        assert day_start(number) <= instant < day_start(number + timedelta(days=1))


def test_true_demand_is_told_where_it_was_not_met(rows: Rows) -> None:
    demand = rows["truth/demand"]
    assert demand.filter(pl.col("wanted") == pl.col("sold")).is_empty()
    # What was wanted was sold, taken as something else, or lost; `sold` also holds substitutes taken.
    assert demand.filter(pl.col("wanted") > pl.col("sold") + pl.col("substituted_away") + pl.col("lost")).is_empty()
    assert demand["lost"].sum() > 0 and demand["substituted_away"].sum() > 0
    daily = rows["inventory_daily"].join(demand, on=[*STOCK, "date"], suffix="_true")
    assert daily.filter(pl.col("sold") != pl.col("sold_true")).is_empty()
    # Units are lost only from shelves that ran empty at some time of the day or held too few.
    short = demand.filter(pl.col("lost") > 0).join(rows["inventory_daily"], on=[*STOCK, "date"], how="left")
    assert short.filter((pl.col("closing") > 0) & (pl.col("received") + pl.col("returned") == 0)
                        & (pl.col("closing") == pl.col("opening") - pl.col("sold"))).is_empty()  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=12)
@given(
    st.fixed_dictionaries(
        {
            "customers": st.integers(1, 40), "products": st.integers(8, 40), "stores": st.integers(1, 5),
            "seed": st.integers(0, 2**63 - 1), "visits.per_week": st.floats(0.1, 6), "baskets.scale": st.floats(0.2, 5),
            "stock.safety": st.floats(0, 6), "stock.lead_time_days": st.floats(1, 30),
            "stock.short_fill": st.floats(0, 1),
            "stock.assortment_share": st.floats(0.3, 1), "choice.price_sensitivity": st.floats(0, 12),
            "promotions.weekly_share": st.floats(0, 0.4), "promotions.announced_days": st.integers(0, 60),
            "returns.rate": st.floats(0, 1), "returns.longest_days": st.integers(1, 10),
            "mechanisms.finite_stock": st.booleans(), "mechanisms.missions": st.booleans(),
        }
    ),
    st.dates(date(2001, 1, 1), date(2040, 1, 1)),
)  # fmt: skip
def test_any_company_keeps_its_accounts(overrides: dict[str, object], start: date) -> None:
    found = run(Params.parse(overrides), start, 9)
    daily = found["inventory_daily"]
    closing = pl.col("opening") + pl.col("received") - pl.col("sold") + pl.col("returned") - pl.col("shrink")
    assert daily.filter((pl.col("closing") != closing) | (pl.col("closing") < 0)).is_empty()
    day = pl.col("transaction_date").alias("date")
    sold = found["transaction_items"].group_by(*STOCK, day).agg(pl.col("quantity").sum())
    both = daily.join(sold, on=[*STOCK, "date"], how="left").filter(pl.col("sold") != pl.col("quantity").fill_null(0))
    assert both.is_empty() and sold["quantity"].sum() == daily["sold"].sum()
    for table in schema.TABLES:
        assert not found[table.path].select(table.key).is_duplicated().any(), table.path
    promoted = found["transaction_items"].drop_nulls("promotion_id")
    assert promoted.join(found["promotions"], on="promotion_id", how="anti").is_empty()
    back = found["returns"].join(found["transaction_items"], on=["transaction_id", "line_number"], how="anti")
    assert back.is_empty()

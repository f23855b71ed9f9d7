"""Every figure of the dashboard equals one counted from the company's own tables, under every filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from walmart_app.queries import dashboard, dashboard_details, dashboard_sales
from walmart_app.queries.dashboard import CHANNELS, Filters
from walmart_app.queries.dashboard_sales import Amounts

Reader = psycopg.Connection[Any]
FIRST, LAST = date(2026, 1, 2), date(2026, 3, 12)
CATEGORIES = ("Dairy", "Paper", "Accessories")
# each line with its receipt, product and store: everything below is counted from these rows
LINES = """
with lines as (
    select t.transaction_id, t.transaction_date, t.transaction_timestamp, t.customer_id, t.channel, t.store_id,
           s.time_zone, p.product_id, p.name, p.category, p.subcategory, p.unit_cost, i.quantity,
           i.quantity * i.unit_price as paid
    from public.transactions t
    join public.transaction_items i using (transaction_date, transaction_id)
    join public.products p using (product_id)
    join public.stores s on s.store_id = t.store_id
    where t.transaction_date between %(first)s and %(last)s
      and (%(store_id)s::int is null or t.store_id = %(store_id)s)
      and (%(category)s::text is null or p.category = %(category)s)
      and (%(channel)s::text is null or t.channel = %(channel)s)
)
"""
SUMS = "sum(paid), count(distinct transaction_id), sum(quantity)"

filters = st.builds(
    lambda start, length, store, category, channel, open_from: Filters(
        FIRST + timedelta(days=start),
        min(LAST, FIRST + timedelta(days=start + length)),
        store,
        category,
        channel,
        open_from,
    ),
    st.integers(0, 69),
    st.integers(0, 69),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, *CATEGORIES, "No such category"]),
    st.sampled_from([None, *CHANNELS]),
    st.sampled_from([date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1)]),
)
anything = settings(
    derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _lines(reader: Reader, chosen: Filters, query: str, ignore: str = "") -> list[tuple[Any, ...]]:
    values = chosen.values | ({ignore: None} if ignore else {})
    return reader.execute((LINES + query).encode(), values).fetchall()


def test_there_is_to_choose_what_the_company_has(reader: Reader) -> None:
    found = dashboard.choices(reader)
    assert (found.first_day, found.last_day) == (FIRST, LAST)
    assert found.last_complete_day == LAST
    assert found.open_from == date(2026, 3, 1)
    assert found.stores == dict(reader.execute("select store_id, name from stores").fetchall())
    assert set(found.categories) == {name for (name,) in reader.execute("select category from products").fetchall()}
    assert set(CATEGORIES) <= set(found.categories)
    assert found.as_of == reader.execute("select published_through()").fetchone()[0]  # type: ignore[index]


@anything
@given(chosen=filters)
def test_days_add_up_to_the_receipts(reader: Reader, chosen: Filters) -> None:
    expected = {
        day: (Amounts(*sums), margin)
        for day, margin, *sums in _lines(
            reader, chosen, f"select transaction_date, sum(paid - quantity * unit_cost), {SUMS} from lines group by 1"
        )
    }
    found = {day.date: (day.amounts, day.margin) for day in dashboard_sales.by_day(reader, chosen)}
    assert {day: sums for day, sums in found.items() if sums[0].orders} == expected


@anything
@given(chosen=filters)
@pytest.mark.parametrize(
    ("query", "column"),
    [(dashboard_sales.by_store, "store_id"), (dashboard_sales.by_channel, "channel")],
    ids=["stores", "channels"],
)
def test_stores_and_channels_obey_the_other_filters(
    reader: Reader, chosen: Filters, query: Callable[..., list[dashboard_sales.Slice]], column: str
) -> None:
    expected = dict(
        (key, Amounts(*sums))
        for key, *sums in _lines(reader, chosen, f"select {column}::text, {SUMS} from lines group by 1", column)
    )
    assert {part.key: part.amounts for part in query(reader, chosen) if part.amounts.orders} == expected


@anything
@given(chosen=filters)
def test_categories_or_the_kinds_of_goods_in_one(reader: Reader, chosen: Filters) -> None:
    by = "category, " + SUMS if chosen.category is None else "subcategory, sum(paid), 0, sum(quantity)"
    expected = {key: Amounts(*sums) for key, *sums in _lines(reader, chosen, f"select {by} from lines group by 1")}
    assert {part.key: part.amounts for part in dashboard_sales.by_category(reader, chosen)} == expected


@anything
@given(chosen=filters)
def test_top_products_in_order(reader: Reader, chosen: Filters) -> None:
    expected = _lines(
        reader,
        chosen,
        "select product_id, name, category, sum(paid), sum(quantity) from lines group by 1, 2, 3 "
        "order by 4 desc, 1 limit 15",
    )
    found = dashboard_details.top_products(reader, chosen)
    assert [(row.product_id, row.name, row.category, row.revenue, row.units) for row in found] == expected


@anything
@given(chosen=filters)
def test_hours_are_those_of_the_stores_clocks(reader: Reader, chosen: Filters) -> None:
    expected = {
        (weekday, hour): Amounts(*sums)
        for weekday, hour, *sums in _lines(
            reader,
            chosen,
            "select extract(isodow from transaction_date)::int, "
            f"extract(hour from transaction_timestamp at time zone time_zone)::int, {SUMS} from lines group by 1, 2",
        )
    }
    found = dashboard_details.by_hour(reader, chosen)
    assert {(row.day_of_week, row.hour): row.amounts for row in found} == expected


@anything
@given(chosen=filters)
def test_members_are_counted_once(reader: Reader, chosen: Filters) -> None:
    [(expected,)] = _lines(reader, chosen, "select count(distinct customer_id) from lines")
    assert dashboard_details.members(reader, chosen) == expected


@anything
@given(chosen=filters)
def test_refunds_by_the_day_of_return(reader: Reader, chosen: Filters) -> None:
    expected = reader.execute(
        "select public.world_day(r.returned_at), sum(r.refund_amount) from returns r"
        " join transactions t using (transaction_date, transaction_id) join products p using (product_id)"
        " where public.world_day(r.returned_at) between %(first)s and %(last)s"
        " and (%(store_id)s::int is null or r.store_id = %(store_id)s)"
        " and (%(category)s::text is null or p.category = %(category)s)"
        " and (%(channel)s::text is null or t.channel = %(channel)s) group by 1",
        chosen.values,
    ).fetchall()
    assert dashboard_details.refunds(reader, chosen) == dict(expected)


@anything
@given(chosen=filters)
def test_stock_of_what_is_still_ordered(reader: Reader, chosen: Filters) -> None:
    expected = reader.execute(
        "select count(*) filter (where on_hand = 0), count(*) from inventory join products using (product_id)"
        " where discontinued_on is null and (%(store_id)s::int is null or store_id = %(store_id)s)"
        " and (%(category)s::text is null or category = %(category)s)",
        chosen.values,
    ).fetchone()
    found = dashboard_details.stock(reader, chosen)
    assert (found.empty, found.places) == expected


def test_the_mark_is_that_of_the_newest_build(reader: Reader) -> None:
    assert (
        dashboard.newest_build(reader)
        == reader.execute(
            "select max(finished_at), (select min(clock) from world_shards) from operations.dbt_results"
        ).fetchone()
    )

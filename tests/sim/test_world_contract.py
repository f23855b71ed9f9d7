"""Same rows whatever the period, the sharding, and the restarts; API orders as input."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import schema, state
from sim.api import ApiInput, ApiOrder, ApiReturn
from sim.errors import ClockError, OrderError, StateError
from sim.model import RetailModel
from sim.runner import run
from sim.store import StoreAgent
from sim.suppliers import SupplierAgent
from tests.sim.companies import START, Rows, at, hashes, pieces, small, together, whole, world

DAYS = 7
FAST = settings(derandomize=True, deadline=None, max_examples=4)
# Quarters of an hour after the start at which a run may be cut.
cuts = st.lists(st.integers(1, DAYS * 96 - 1), max_size=6, unique=True).map(sorted)


def one_go(orders: tuple[ApiInput, ...] = ()) -> tuple[dict[str, str], dict[int, str]]:
    shard = world().shard(world().store_ids)
    rows = shard.advance(at(DAYS), orders)
    return hashes(rows), shard.digests()


def test_slices_of_a_quarter_of_an_hour_give_the_rows_of_one_period() -> None:
    shard = world().shard(world().store_ids)
    rows = pieces(shard, [at(0, i) for i in range(1, DAYS * 96 + 1)])
    assert (hashes(rows), shard.digests()) == one_go()
    assert rows["transactions"].height > 200


@FAST
@given(cuts)
def test_any_periods_give_the_same_rows(marks: list[int]) -> None:
    shard = world().shard(world().store_ids)
    rows = pieces(shard, [*(at(0, mark) for mark in marks), at(DAYS)])
    assert (hashes(rows), shard.digests()) == one_go()


@FAST
@given(st.permutations(world().store_ids), st.integers(1, 3), cuts)
def test_any_sharding_gives_the_same_rows(ids: list[int], count: int, marks: list[int]) -> None:
    company = world()
    parts = [company.shard(ids[i::count]) for i in range(count)]
    rows = together([pieces(part, [*(at(0, mark) for mark in marks), at(DAYS)]) for part in parts])
    digests = {store_id: digest for part in parts for store_id, digest in part.digests().items()}
    assert (hashes(rows), digests) == one_go()


@FAST
@given(cuts)
def test_a_snapshot_at_any_slice_continues_to_the_same_rows(marks: list[int]) -> None:
    company = world()
    shard, parts = company.shard(company.store_ids), []
    for mark in marks:
        parts.append(shard.advance(at(0, mark)))
        before, snapshot = shard.digests(), shard.snapshot()
        shard = company.restore(snapshot, shard.clock)
        assert shard.digests() == before
        assert shard.snapshot() == snapshot
    parts.append(shard.advance(at(DAYS)))
    assert (hashes(together(parts)), shard.digests()) == one_go()


def test_a_fresh_world_restores_another_worlds_snapshot_with_other_shards() -> None:
    first, second = world(), type(world())(small(), START)
    shard = first.shard(first.store_ids)
    parts = [shard.advance(at(4, 37))]
    snapshot = shard.snapshot()
    for store_id, data in snapshot.items():
        parts.append(second.restore({store_id: data}, at(4, 37)).advance(at(DAYS)))
    assert hashes(together(parts)) == one_go()[0]


def api_orders() -> tuple[ApiInput, ...]:
    """Orders at the boundary, in the night before opening and amid the day, two of them at one instant; returns."""
    stock = world().genesis()["inventory"].filter(pl.col("on_hand") >= 6)
    product = {s: stock.filter(pl.col("store_id") == s)["product_id"].to_list() for s in world().store_ids}
    return (
        ApiOrder(1, 1, at(0), 1, ((product[1][0], 3),)),
        ApiOrder(2, 2, at(0, 40), 2, ((product[2][1], 2), (product[2][2], 1))),
        ApiOrder(3, 3, at(0, 40), 2, ((product[2][1], 1),)),
        ApiOrder(4, 4, at(1), 1, ((product[1][3], 1),)),
        ApiOrder(5, 5, at(1, 50), 3, ((product[3][0], 1),)),
        ApiReturn(6, 2, at(1, 50), 2, ((product[2][1], 1), (product[2][2], 1))),
        ApiReturn(7, 5, at(2), 3, ((product[3][0], 1),)),
    )


@FAST
@given(cuts)
def test_orders_from_the_api_give_the_same_rows_whatever_the_period(marks: list[int]) -> None:
    orders = api_orders()
    shard = world().shard(world().store_ids)
    rows = pieces(shard, [*(at(0, mark) for mark in marks), at(DAYS)], orders)
    assert (hashes(rows), shard.digests()) == one_go(orders)
    assert hashes(rows) != one_go()[0]


def test_an_order_at_the_boundary_counts_in_the_day_that_begins_and_writes_no_transaction() -> None:
    order = api_orders()[0]
    product, quantity = order.lines[0]
    mine = (pl.col("store_id") == 1) & (pl.col("product_id") == product)

    def first_day(orders: tuple[ApiOrder, ...]) -> pl.DataFrame:
        rows = world().shard([1]).advance(at(0, 1), orders)
        assert rows["transactions"].is_empty()
        return rows["inventory"].filter(mine)

    opening = world().genesis()["inventory"].filter(mine)
    after = first_day((order,))
    assert after["on_hand"].item() <= opening["on_hand"].item() - quantity
    shard = world().shard([1])
    day = shard.advance(at(1), (order,))
    moved = day["inventory_daily"].filter(mine)
    assert moved["date"].item() == START
    assert moved["opening"].item() == opening["on_hand"].item()
    items = day["transaction_items"].filter(mine)["quantity"].sum()
    assert moved["sold"].item() == items + quantity


def test_a_return_comes_back_on_the_shelf_and_writes_no_row_of_its_own() -> None:
    order = api_orders()[0]
    product, quantity = order.lines[0]
    mine = (pl.col("store_id") == 1) & (pl.col("product_id") == product)

    def day(*inputs: ApiInput) -> Rows:
        return world().shard([1]).advance(at(1), inputs)

    back = ApiReturn(2, 1, at(0), 1, ((product, quantity),))
    nothing = ApiReturn(3, 1, at(0), 1, ())
    with_return, without, ordered = day(order, back, nothing), day(), day(order)
    moved = with_return["inventory_daily"].filter(mine)
    assert moved["returned"].item() == quantity
    assert moved["sold"].item() == quantity + (without["inventory_daily"].filter(mine)["sold"].sum() or 0)
    assert with_return["returns"].equals(ordered["returns"])
    # what went and came back at once leaves shoppers the shelf as it was
    assert with_return["transaction_items"].equals(without["transaction_items"])
    with pytest.raises(OrderError, match="return 9 brings"):
        day(ApiReturn(9, 1, at(0), 1, ((10_000, 1),)))


def test_impossible_orders_are_refused() -> None:
    order = api_orders()[0]
    assert isinstance(order, ApiOrder)
    product = order.lines[0][0]
    company = world()
    with pytest.raises(OrderError, match="not in this shard"):
        company.shard([2]).advance(at(1), (order,))
    with pytest.raises(OrderError, match="outside"):
        company.shard([1]).advance(at(1), (replace(order, world_time=at(1)),))
    with pytest.raises(OrderError, match="which holds"):
        company.shard([1]).advance(at(1), (replace(order, lines=((product, 100_000),)),))
    with pytest.raises(OrderError, match="which holds 0"):
        company.shard([1]).advance(at(1), (replace(order, lines=((0, 1),)),))


def test_the_clock_moves_forward_in_quarters_of_an_hour_only() -> None:
    shard = world().shard([1])
    shard.advance(at(1))
    with pytest.raises(ClockError, match="cannot go back"):
        shard.advance(at(0))
    with pytest.raises(ClockError, match="quarter"):
        shard.advance(at(1) + timedelta(minutes=7))
    with pytest.raises(ClockError, match="no time zone"):
        shard.advance(at(2).replace(tzinfo=None))
    assert all(frame.is_empty() for frame in shard.advance(at(1)).values())


def test_a_bad_snapshot_is_refused_in_plain_words() -> None:
    company = world()
    shard = company.shard([1])
    shard.advance(at(1, 30))
    data = shard.snapshot()[1]
    for damaged in (b"", b"nonsense", data[:-9], data[:60] + bytes([data[60] ^ 1]) + data[61:]):
        with pytest.raises(StateError):
            company.restore({1: damaged}, at(1, 30))
    with pytest.raises(StateError, match="version 7"):
        company.restore({1: data[:8] + b"\x07\x00" + data[10:]}, at(1, 30))
    with pytest.raises(StateError, match="not of"):
        company.restore({1: data}, at(1, 31))
    with pytest.raises(StateError, match="is of store 1"):
        company.restore({2: data}, at(1, 30))
    with pytest.raises(StateError, match="no store 9"):
        company.restore({9: data}, at(1, 30))
    with pytest.raises(StateError, match="products"):
        type(company)(small(products=70), START).restore({1: data}, at(1, 30))


def test_runs_with_shards_and_threads_give_the_rows_of_a_plain_run() -> None:
    assert hashes(run(small(), START, 14, shards=3, threads=2)) == hashes(whole(14))


def test_a_step_of_the_mesa_model_is_a_world_day() -> None:
    company = world()
    model = RetailModel(company, [company.first_state(store_id) for store_id in company.store_ids])
    model.step()
    model.step()
    assert model.clock == at(2) and model.steps == 2
    assert len(model.agents_by_type[StoreAgent]) == 3 and len(model.agents_by_type[SupplierAgent]) == 14
    expected = company.shard(company.store_ids)
    rows = expected.advance(at(2))
    assert {shop.state.store_id: state.digest(shop.state.content()) for shop in model.shops} == expected.digests()
    made = {table.path: model.outbox.take(table) for table in schema.TABLES}
    assert hashes(made)["transactions"] == hashes(rows)["transactions"]


def test_a_seed_names_a_world() -> None:
    assert hashes(whole(14, seed=12))["transactions"] != hashes(whole(14))["transactions"]


def test_day_counts_add_up_to_the_rows() -> None:
    seen = {}
    rows = world().shard(world().store_ids).advance(at(3), on_day=lambda day, counts: seen.update({day: counts}))
    assert list(seen) == [START + timedelta(days=i) for i in range(3)]
    assert sum(counts.transactions for counts in seen.values()) == rows["transactions"].height
    assert sum(counts.units for counts in seen.values()) == rows["transaction_items"]["quantity"].sum()
    cents = int((rows["transactions"]["total_amount"].sum() or 0) * 100)
    assert sum(counts.sales_cents for counts in seen.values()) == cents

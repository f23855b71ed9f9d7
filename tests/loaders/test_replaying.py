"""Slices with orders between and during them make a day; a month computed again is the same month."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from loaders import months, pipeline
from loaders.cli import main
from loaders.db import connect
from loaders.errors import StateRefused
from loaders.exporting import export_directory
from loaders.loading import load_directory
from loaders.replaying import replay_month
from loaders.settings import Settings
from tests.loaders.companies import BOUNDARY, NOW, content, one, place_order, small
from tests.loaders.test_period import advancing, assert_sold_is_what_the_receipts_say

MARCH = date(2026, 3, 1)


def damage(settings: Settings) -> None:
    with connect(settings, "loader") as connection:
        for statement in (
            "delete from returns where returned_on >= '2026-03-01' and return_id % 10000000 < 5000000",
            "delete from transaction_items where transaction_date = '2026-03-03' and transaction_id % 10000000 < 9",
            "delete from transactions where transaction_date = '2026-03-03' and transaction_id % 10000000 < 5",
            "update transaction_items set quantity = quantity + 1 where transaction_date = '2026-03-05' "
            "and transaction_id % 10000000 < 5000000",
            "update truth.demand set lost = lost + 1 where date = '2026-03-06'",
            "insert into inventory_daily values (1, 99, '2026-03-07', 0, 1, 0, 0, 0, 1)",
        ):
            connection.execute(statement.encode())


def test_ninety_six_slices_with_orders_make_the_day_and_the_month_can_be_replayed(
    company: Settings,
) -> None:
    """Orders arrive between slices and while one is computed."""
    placed: list[tuple[int, int]] = []
    with advancing(company) as advance:
        for number in range(96):
            until = BOUNDARY + timedelta(minutes=15 * (number + 1))
            if number % 24 == 7:
                place_order(company, store_id=1 + number % 3, number=number)
            during = number in (20, 60)

            def order_comes(
                day: date | None = None, transactions: int = 0, *, number: int = number, during: bool = during
            ) -> None:
                if during and number not in [place for place, _ in placed]:
                    placed.append((number, place_order(company, store_id=2, number=500 + number)))

            compute = advance._compute

            def computing(*given: object, compute=compute, order_comes=order_comes):  # type: ignore[no-untyped-def]
                computed = compute(*given)
                order_comes()
                return computed

            advance._compute = computing  # type: ignore[method-assign]
            advance.to(until)
            advance._compute = compute  # type: ignore[method-assign]
    assert len(placed) == 2
    assert one(company, "select published_through()") == BOUNDARY + timedelta(days=1)
    assert one(company, "select count(*) from transactions where channel = 'api'") == 6
    assert one(company, "select watermark from world_shards") == one(company, "select max(sequence) from order_inbox")
    assert_sold_is_what_the_receipts_say(company)
    expected = content(company)
    # the same input in one whole day gives the same state and rows
    assert set(replay_month(company, MARCH).values()) == {0}
    assert one(company, "select count(*) from operations.corrections") == 0
    damage(company)
    assert content(company) != expected
    found = replay_month(company, MARCH)
    assert {path for path, rows in found.items() if rows} == {
        "transactions", "transaction_items", "returns", "inventory_daily", "truth/demand",
    }  # fmt: skip
    assert content(company) == expected
    assert one(company, "select first_day from operations.corrections") == MARCH  # the models go back to it
    pipeline.run(company, now=NOW, days=2)
    assert_sold_is_what_the_receipts_say(company)


@pytest.mark.parametrize("rows", [1, 1_000_000])  # from which a month is filled aside
def test_a_loaded_month_with_orders_is_replayed(
    company: Settings, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Orders and a return of one from before the load, which come with the directory, and an order after it."""
    monkeypatch.setattr(months, "LEAST_ROWS", rows)
    order = place_order(company, store_id=2, quantity=3)
    place_return(company, order)
    pipeline.run(company, now=NOW, days=1)
    place_order(company, store_id=1, number=1)
    pipeline.run(company, now=NOW, days=1)
    export_directory(company, tmp_path / "out")
    settings = small(database)
    load_directory(settings, tmp_path / "out")
    assert one(settings, "select watermark from world_shards") == 3
    place_order(settings, store_id=3, number=2)
    pipeline.run(settings, now=NOW, days=1)
    expected = content(settings)
    for month in (date(2026, 2, 1), MARCH):
        assert set(replay_month(settings, month).values()) == {0}
    damage(settings)
    assert content(settings) != expected
    assert replay_month(settings, MARCH)["transaction_items"] > 0
    assert content(settings) == expected


def place_return(settings: Settings, order: int) -> None:
    """What POST /returns does, as the role of the API: a unit of the order's first line, put back on the shelf."""
    with connect(settings, "app") as connection:
        connection.execute("select world_time_for_order((%s / 10000000 %% 10000)::integer)", (order,))
        connection.execute(
            "with line as (select * from transaction_items where transaction_id = %(order)s), "
            "stock as (update inventory i set on_hand = on_hand + 1 from line "
            "where (i.store_id, i.product_id) = (line.store_id, line.product_id)) "
            "insert into returns select %(order)s + 1000, transaction_id, transaction_date, line_number, product_id, "
            "store_id, published_through(), world_day(published_through()), 1, unit_price, 'unwanted', true from line",
            {"order": order},
        )
        connection.execute(
            "insert into order_inbox (transaction_id, world_time, return_id) "
            "select transaction_id, returned_at, return_id from returns where return_id = %s",
            (order + 1000,),
        )


def test_a_month_that_has_ended_is_replayed_from_its_first_day(company: Settings) -> None:
    expected = content(company)
    with connect(company, "loader") as connection:
        connection.execute("delete from inventory_daily where date = '2026-02-20'")
        connection.execute("update inventory_daily set shrink = shrink + 1, closing = closing - 1 "
                           "where date = '2026-03-02' and closing > 0")  # fmt: skip
    assert replay_month(company, date(2026, 2, 1))["inventory_daily"] > 0
    assert content(company) != expected  # March is another month
    assert replay_month(company, MARCH)["inventory_daily"] > 0
    assert content(company) == expected


def test_a_replay_that_comes_to_another_state_writes_nothing(company: Settings) -> None:
    damage(company)
    with connect(company, "loader") as connection:
        connection.execute("update world_shards set digests = jsonb_set(digests, '{2}', '\"0\"')")
    before = content(company)
    with pytest.raises(StateRefused, match=r"stores \[2\]"):
        replay_month(company, MARCH)
    assert content(company) == before


def test_the_command_names_what_it_put_right(company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "2026-03"], company) == 0
    assert capsys.readouterr().out == "Every row of 2026-03 was as the simulator made it.\n"
    with connect(company, "loader") as connection:
        connection.execute("delete from inventory_daily where date = '2026-03-03' and store_id = 1 and sold > 0")
    assert main(["replay", "2026-03"], company) == 0
    assert "inventory_daily" in capsys.readouterr().out
    assert main(["replay", "2027-01"], company) == 2
    assert "no whole day in 2027-01" in capsys.readouterr().err

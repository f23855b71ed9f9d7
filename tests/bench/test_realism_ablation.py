"""The ablation's plan covers the parameter tree, its verdicts are right, and its own statistics are known by hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from bench import realism_ablation
from bench.ablation_plan import EXPERIMENT, REACTS, Key, meaning, mechanisms, naive
from bench.child import BenchError
from bench.realism_ablation import Card
from bench.side_statistics import SIDES
from sim.params import describe
from sim.realism.bands import ROWS
from tests.sim.realism_tables import company, day, sales, trips

RHYTHM: Key = (5, "cv")


def card(**changed: float | str) -> Card:
    """Every statistic at 1 and in band; `row5_cv=2` and the like change one and put it out."""
    keys = [(row.number, statistic.key) for row in ROWS for statistic in row.statistics]
    values: dict[Key, float | str] = dict.fromkeys([*keys, *((0, name) for name in SIDES)], 1.0)
    verdicts = dict.fromkeys(keys, "in band")
    for name, value in changed.items():
        number, _, statistic = name.removeprefix("row").partition("_")
        values[int(number), statistic] = value
        verdicts[int(number), statistic] = "out"
    return Card(values, verdicts, 20)


def test_each_switch_has_statistics_and_each_statistic_words() -> None:
    switches = [parameter.name for parameter in describe() if parameter.name.startswith("mechanisms.")]
    assert [f"mechanisms.{name}" for name in mechanisms()] == switches
    assert set(REACTS) == set(mechanisms())
    assert {name for keys in REACTS.values() for number, name in keys if number == 0} == set(SIDES)
    assert all(meaning(key) and naive(key) for keys in REACTS.values() for key in keys)
    assert [naive(key) for key in [(2, "r"), (6, "cv"), (23, "changes"), EXPERIMENT, (27, "duplication")]] == [
        "1.8 to 1015", ".31 to .63", "91%", ".05", "1.0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("other", "off", "verdict"),
    [(1.1, 1.21, True), (1.1, 1.19, False), (1.0, 1.03, True), (1.0, 1.01, False), ("few", 1.5, True),
     (1.1, "nothing sold", True)],
)  # fmt: skip
def test_a_statistic_shows_when_it_moves_by_more_than_seeds_move_it(
    other: float | str, off: float | str, verdict: bool
) -> None:
    assert realism_ablation.shows(RHYTHM, card(), card(row5_cv=other), card(row5_cv=off)) is verdict
    assert not realism_ablation.shows(RHYTHM, card(row5_cv="few"), card(), card(row5_cv=off))


def test_the_tables_say_what_moved_and_what_else_left_its_band() -> None:
    chosen = argparse.Namespace(customers=10, stores=1, products=8, days=5, seed=42)
    found = {"rhythm": card(row5_cv=2.0, row11_ratio=1.7), "shrink": card()}
    text = realism_ablation.markdown(chosen, card(), card(), found)
    lines = text.splitlines()
    assert f"| rhythm | {meaning(RHYTHM)} | 1.00 | 1.00 | 2.00 | .90 | yes |" in lines
    assert "| rhythm | 20 | 11: units by weekday, largest over smallest (1.00 to 1.70) |" in lines
    assert next(line for line in lines if line.startswith("| shrink | units")).endswith("| **no** |")
    assert "| shrink | 20 | nothing |" in lines


def test_an_unknown_mechanism_is_refused_before_anything_runs() -> None:
    with pytest.raises(BenchError, match="no mechanism is called weather"):
        realism_ablation.main(["--only", "weather"])


def _value(folder: Path, name: str, tables: dict[str, Any]) -> float | str:
    return SIDES[name].value(company(folder, tables))


def test_promotions_and_the_units_of_a_deal(tmp_path: Path) -> None:
    lines = [*sales([1] * 10, promotion_id=None), *sales([3] * 5, promotion_id=7)]
    assert _value(tmp_path, "deal units", {"transaction_items": lines}) == 3
    assert _value(tmp_path, "promoted", {"transaction_items": lines}) == 15 / 25
    assert _value(tmp_path / "none", "deal units", {"transaction_items": lines[:10]}) == "nothing is sold on promotion"


def test_shares_of_channels_returns_and_shrink(tmp_path: Path) -> None:
    channels = trips([{"transaction_date": day(n), "channel": "store" if n % 4 else "pickup"} for n in range(8)])
    assert _value(tmp_path, "online", {"transactions": channels}) == 0.25
    sold = {"transaction_items": sales([2] * 10)}
    back = {"returns": [{"return_id": 1, "returned_on": day(3), "quantity": 4}]}
    assert _value(tmp_path / "back", "returned", {**sold, **back}) == 0.2
    gone = {"inventory_daily": [{"date": day(3), "shrink": 1}, {"date": day(4), "shrink": 2}]}
    assert _value(tmp_path / "gone", "shrunk", {**sold, **gone}) == 0.15


def test_goods_that_share_every_basket_have_lift(tmp_path: Path) -> None:
    """A basket holds butter and bread together or neither, and one of the other needs by turns."""
    needs = ["Bread", "Butter & Margarine", "Nails", "Socks", "Books"]
    products = [{"product_id": place, "subcategory": need} for place, need in enumerate(needs)]
    lines = []
    for basket in range(60):
        held = [*([0, 1] if basket % 2 else []), 2 + basket // 2 % 3]
        lines += [{"transaction_id": basket, "transaction_date": day(0), "product_id": place} for place in held]
    found = _value(tmp_path, "lift", {"products": products, "transaction_items": lines})
    assert found == pytest.approx(2.0)  # 1 / 0.5 over 1, the median pair's


def test_regular_customers_who_stay_away_are_gone(tmp_path: Path) -> None:
    came = [{"transaction_date": day(n), "customer_id": 1} for n in range(0, 100, 3)]
    came += [{"transaction_date": day(n), "customer_id": 2} for n in range(0, 20, 3)]
    came += [{"transaction_date": day(n), "customer_id": 3} for n in (0, 99)]
    assert _value(tmp_path, "gone", {"transactions": trips(came)}) == 0.5

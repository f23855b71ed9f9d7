"""The page of parameters is that of the tree, and what it says of bounds between parameters holds."""

from __future__ import annotations

import pytest

from sim.errors import ParameterError
from sim.params import Params, describe
from tests.docs import parameters


def test_the_page_of_parameters_is_current() -> None:
    assert parameters.PAGE.read_text(encoding="utf-8") == parameters.page(), "run `python -m tests.docs.parameters`"


def test_every_parameter_is_on_its_page_once() -> None:
    rows = [line for line in parameters.page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [parameter.name for parameter in describe()]
    assert "| `stock.late_days` | 4 | days | a whole number from 1 to 30 |" in "\n".join(rows)
    assert "| `mechanisms.returns` | true | some goods come back |" in rows


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ({"baskets.stock_up_share": 0.85}, {"baskets.stock_up_share": 0.86}),
        ({"choice.substitute_share": 0.85}, {"choice.substitute_share": 0.86}),
        ({"channels.pickup_share": 0.89}, {"channels.pickup_share": 0.9}),
        ({"prices.smallest_step": 0.12}, {"prices.smallest_step": 0.13}),
        ({"promotions.smallest_depth": 30}, {"promotions.smallest_depth": 31}),
    ],
)
def test_bounds_between_parameters_are_those_that_the_page_names(
    inside: dict[str, float], outside: dict[str, float]
) -> None:
    assert Params.parse(inside)
    with pytest.raises(ParameterError):
        Params.parse(outside)

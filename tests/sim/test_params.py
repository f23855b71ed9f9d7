"""Parameters: one documented tree that refuses what it does not know or cannot take."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import scenario
from sim.errors import ParameterError, ScenarioError
from sim.params import Mechanisms, Params, describe
from sim.runner import run
from tests.sim.companies import START, hashes, small


def test_every_parameter_is_described_and_its_default_allowed() -> None:
    found = describe()
    assert len({parameter.name for parameter in found}) == len(found) > 50
    for parameter in found:
        assert parameter.meaning and parameter.source and parameter.allowed
        if not isinstance(parameter.default, bool):
            assert parameter.low is not None and parameter.high is not None
            assert parameter.low <= parameter.default <= parameter.high  # type: ignore[operator]
    assert Params.parse({parameter.name: parameter.default for parameter in found}) == Params()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.sampled_from([p for p in describe() if not isinstance(p.default, bool)]), st.booleans())
def test_values_out_of_range_are_refused_with_name_value_and_range(parameter, above) -> None:  # type: ignore[no-untyped-def]
    value = parameter.high + 1 if above else parameter.low - 1
    with pytest.raises(ParameterError) as refused:
        Params.parse({parameter.name: value})
    text = str(refused.value)
    assert parameter.name in text and repr(value).rstrip("0").rstrip(".")[:4] in text and parameter.allowed in text


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("customer", "customers"), ("choice.habitt", "choice.habit"), ("price_sensitivity", "choice.price_sensitivity"),
     ("mechanism.returns", "mechanisms.returns"), ("choise.habit", "choice.habit")],
)  # fmt: skip
def test_an_unknown_name_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ParameterError) as refused:
        Params.parse({name: 1})
    assert refused.value.suggestion == nearest and nearest in str(refused.value)


@pytest.mark.parametrize(
    "value", ["many", "", None, [], float("nan"), float("inf"), True, 2.5, "2.5"],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(ParameterError, match="customers"):
        Params.parse({"customers": value})


def test_bounds_between_parameters_hold() -> None:
    with pytest.raises(ParameterError, match="sum to 1"):
        Params.parse({"baskets.single_share": 0.9, "baskets.stock_up_share": 0.9})
    with pytest.raises(ParameterError, match="largest_step"):
        Params.parse({"prices.smallest_step": 0.4})
    with pytest.raises(ParameterError, match="largest_depth"):
        Params.parse({"promotions": {"smallest_depth": 50}})


def test_nested_dotted_and_text_overrides_are_the_same_and_round_trip_as_json() -> None:
    nested = Params.parse({"choice": {"habit": 2}, "mechanisms": {"returns": False}, "stores": 3})
    dotted = Params.parse({"choice.habit": "2.0", "mechanisms.returns": "false", "stores": "3"})
    assert nested == dotted and nested != Params()
    assert Params.from_dict(json.loads(json.dumps(nested.to_dict()))) == nested
    assert nested.replace(stores=4, choice={"habit": 1.0}).choice.habit == 1.0
    with pytest.raises(FrozenInstanceError):
        nested.stores = 4  # type: ignore[misc]
    with pytest.raises(ParameterError, match="stores"):
        Params(stores=0)


def test_the_scenarios_parse_and_say_what_they_show() -> None:
    found = {one.name: one for one in scenario.available()}
    assert {"base", "holiday_rush"} <= set(found)
    assert found["base"].params() == Params()
    for one in found.values():
        assert one.title and one.shows and one.params()
        if one.name != "base":
            assert one.params() != Params()
    assert found["holiday_rush"].params().calendar.holiday_strength > 1


def test_an_unknown_or_broken_scenario_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ScenarioError, match="holiday_rush"):
        scenario.load("holiday_rsh")
    for content in ("not toml", "surprise = 1", "[run]\ndays = 'x'", "[run]\nspeed = 1"):
        path = tmp_path / "mine.toml"
        path.write_text(content)
        with pytest.raises(ScenarioError, match="mine.toml"):
            scenario.load(str(path))
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenario.load(str(tmp_path / "none.toml"))


def test_importing_the_parameters_loads_no_heavy_library() -> None:
    code = (
        "import sys, sim, sim.params, sim.scenario, sim.errors, sim.cli\n"
        "print([m for m in ('numpy', 'polars', 'numba', 'mesa', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_there_is_no_switch_without_a_mechanism() -> None:
    def rows(**switches: bool) -> dict[str, str]:
        # enough products for needs that call for each other, and a Sunday on which levels are reviewed
        return hashes(run(small(products=240, customers=400, **switches), START, 10))

    plain = rows()
    for switch in fields(Mechanisms):
        assert rows(**{f"mechanisms.{switch.name}": False}) != plain, switch.name

"""The parameters of a company: one frozen tree, each leaf documented and bounded.

Light to import (standard library only), because the web application shows and checks
parameters without running anything. A scenario is overrides over these defaults.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, asdict, dataclass, field, fields, is_dataclass
from typing import Any, cast

from sim.errors import ParameterError
from sim.sections import (
    Baskets,
    Benefits,
    Calendar,
    Channels,
    Choice,
    Experiment,
    Mechanisms,
    Pantry,
    People,
    Prices,
    Promotions,
    Returns,
    Shocks,
    Stock,
    Value,
    Visits,
    leaf,
)

__all__ = ["Mechanisms", "Parameter", "Params", "Value", "describe"]


@dataclass(frozen=True)
class Parameter:
    """One leaf of the tree. `low` and `high` are inclusive and None when `choices` or a switch says it all."""

    name: str
    meaning: str
    unit: str
    default: Value
    low: float | None
    high: float | None
    choices: tuple[str, ...] | None
    source: str

    @property
    def allowed(self) -> str:
        """The permitted values in words."""
        if isinstance(self.default, bool):
            return "true or false"
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {_plain(self.low)} to {_plain(self.high)}"


def _plain(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:,.10g}".replace(",", " ")


@dataclass(frozen=True)
class Params:
    """A company. Build with `Params()` or `Params.parse(overrides)`; both refuse values out of range."""

    seed: int = leaf(42, "names the world; same seed and parameters, same rows", 0, 2**63 - 1)
    customers: int = leaf(20_000, "customers at the start", 1, 10_000_000, "customers")
    products: int = leaf(1_500, "products in the catalogue", 8, 30_000, "products")
    stores: int = leaf(12, "stores", 1, 2_000, "stores")
    visits: Visits = field(default_factory=Visits)
    baskets: Baskets = field(default_factory=Baskets)
    choice: Choice = field(default_factory=Choice)
    pantry: Pantry = field(default_factory=Pantry)
    prices: Prices = field(default_factory=Prices)
    promotions: Promotions = field(default_factory=Promotions)
    stock: Stock = field(default_factory=Stock)
    channels: Channels = field(default_factory=Channels)
    returns: Returns = field(default_factory=Returns)
    calendar: Calendar = field(default_factory=Calendar)
    benefits: Benefits = field(default_factory=Benefits)
    shocks: Shocks = field(default_factory=Shocks)
    people: People = field(default_factory=People)
    experiment: Experiment = field(default_factory=Experiment)
    mechanisms: Mechanisms = field(default_factory=Mechanisms)

    def __post_init__(self) -> None:
        values = _flatten(asdict(self))
        for parameter in describe():
            _check(parameter, values[parameter.name])
        _check_together(values)

    @classmethod
    def parse(cls, overrides: Mapping[str, Any]) -> Params:
        """The defaults with `overrides`, nested or dotted; text is read as the parameter's kind.

        Raises ParameterError for an unknown name (with the nearest known one) or a value out of range.
        """
        known = {parameter.name: parameter for parameter in describe()}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in _flatten(overrides).items():
            if name not in known:
                raise ParameterError(name, value, "a known parameter", _nearest(name, tuple(known)))
            values[name] = _read(known[name], value)
        return cast(Params, _build(cls, values, ""))

    def to_dict(self) -> dict[str, Any]:
        """The tree as nested dictionaries of JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> Params:
        """The inverse of `to_dict`; a missing leaf takes its default."""
        return cls.parse(tree)

    def replace(self, **overrides: Any) -> Params:
        """A copy with some leaves changed (nested dictionaries for sections)."""
        return Params.parse({**_flatten(self.to_dict()), **_flatten(overrides)})

    def __str__(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)


def describe() -> list[Parameter]:
    """Every parameter, in the tree's order."""
    return list(_PARAMETERS)


def _walk(kind: type[Any], prefix: str) -> Iterator[Parameter]:
    for entry in fields(kind):
        section = _section(entry)
        if section is not None:
            yield from _walk(section, f"{prefix}{entry.name}.")
        else:
            meta = entry.metadata
            default = cast(Value, entry.default)
            bounds = (meta["low"], meta["high"], None)
            yield Parameter(prefix + entry.name, meta["meaning"], meta["unit"], default, *bounds, meta["source"])


def _section(entry: Field[Any]) -> type[Any] | None:
    factory = entry.default_factory
    return factory if isinstance(factory, type) and is_dataclass(factory) else None


def _build(kind: type[Any], values: Mapping[str, Value], prefix: str) -> Any:
    arguments: dict[str, Any] = {}
    for entry in fields(kind):
        section = _section(entry)
        name = prefix + entry.name
        arguments[entry.name] = values[name] if section is None else _build(section, values, f"{name}.")
    return kind(**arguments)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    by_leaf = difflib.get_close_matches(
        name.rsplit(".", 1)[-1], [k.rsplit(".", 1)[-1] for k in known], n=1, cutoff=0.75
    )
    whole = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    if by_leaf and not whole:
        return next(k for k in known if k.rsplit(".", 1)[-1] == by_leaf[0])
    return close[0] if close else known[0]


def _read(parameter: Parameter, value: Any) -> Value:
    refused = ParameterError(parameter.name, value, parameter.allowed)
    if isinstance(parameter.default, bool):
        words = {
            "true": True,
            "false": False,
            "yes": True,
            "no": False,
            "on": True,
            "off": False,
            "1": True,
            "0": False,
        }
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in words:
            return words[value.strip().lower()]
        raise refused
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refused
    try:
        if isinstance(parameter.default, int):
            if isinstance(value, float) and not value.is_integer():
                raise refused
            return int(value)
        return float(value)
    except (ValueError, OverflowError):
        raise refused from None


def _check(parameter: Parameter, value: Value) -> None:
    refused = ParameterError(parameter.name, value, parameter.allowed)
    if isinstance(parameter.default, bool):
        if not isinstance(value, bool):
            raise refused
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused
    if isinstance(parameter.default, int) and not isinstance(value, int):
        raise refused
    if not math.isfinite(value):
        raise refused
    too_low = parameter.low is not None and value < parameter.low
    too_high = parameter.high is not None and value > parameter.high
    if too_low or too_high:
        raise refused


def _check_together(values: Mapping[str, Value]) -> None:
    """Bounds that hold between parameters."""
    shares = ("baskets.single_share", "baskets.stock_up_share", "baskets.occasion_share")
    rest = sum(float(values[name]) for name in shares[:-1])
    if rest + float(values[shares[-1]]) > 1:
        raise ParameterError(
            shares[-1], values[shares[-1]], f"at most {1 - rest:.3g}, so that the missions' shares sum to 1"
        )
    if float(values["choice.substitute_share"]) + float(values["choice.delay_share"]) > 1:
        name, rest = "choice.delay_share", 1 - float(values["choice.substitute_share"])
        raise ParameterError(name, values[name], f"at most {rest:.3g}, the shoppers who take no other item")
    for low, high in (("prices.smallest_step", "prices.largest_step"),
                      ("promotions.smallest_depth", "promotions.largest_depth")):  # fmt: skip
        if values[low] > values[high]:  # type: ignore[operator]
            raise ParameterError(low, values[low], f"at most {high}, which is {values[high]}")
    online = float(values["channels.pickup_share"])
    if online + float(values["channels.delivery_share"]) > 0.95:
        name = "channels.delivery_share"
        raise ParameterError(name, values[name], f"at most {0.95 - online:.3g}, so that some trips go to the store")


_PARAMETERS: tuple[Parameter, ...] = tuple(_walk(Params, ""))

"""The catalogue: products laid out by need, with cost, first price and attraction.

Products of a need are neighbours in number, so a need's choice set is a range.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import random, tables
from sim.params import Params
from sim.taxonomy import BRANDS, NEEDS, PRIVATE_LABELS, SUPPLIER_NAMES, SUPPLIER_OF_CATEGORY, VARIANTS, Need

Ints = NDArray[np.int64]

# Last two cents of regular prices: most end in 8, 7 or 4 (M5), some in 0 or 9.
_ENDINGS = np.array([98, 97, 48, 94, 78, 88, 47, 28, 74, 99, 50, 18, 64, 0, 38, 44], dtype=np.int64)
_ITEMS_PER_NEED = 14  # below this many items a need, a small catalogue covers fewer needs
_BEST_SELLERS = 0.3  # skew of the items' own attraction: a few sell far better than all others (assumption)


@dataclass(frozen=True)
class Catalogue:
    """Columns over products; product_id is the position plus one. Money in cents, utilities in 1/1024."""

    needs: tuple[Need, ...]
    first: NDArray[np.int32]  # position of each need's first product, with the end appended
    need_of: NDArray[np.int32]
    brand: tuple[str, ...]
    name: tuple[str, ...]
    pack: tuple[str, ...]
    private: NDArray[np.bool_]
    base_price: Ints
    unit_cost: Ints
    attraction: Ints
    supplier: NDArray[np.int32]
    multi_unit: Ints  # threshold of 2**-30 for each further unit
    age_days: Ints

    @property
    def size(self) -> int:
        """How many products there are."""
        return len(self.need_of)


def odd_price(cents: Ints, key: random.Key) -> Ints:
    """The nearest price with an ending drawn from the usual ones; at least 0.48."""
    ending = _ENDINGS[random.below(key, len(_ENDINGS))]
    dollars = np.maximum((cents - ending + 50) // 100, 0)
    found: Ints = np.maximum(dollars * 100 + ending, 48)
    return found


def make_catalogue(params: Params) -> Catalogue:
    """Draw the catalogue from the seed."""
    chosen = _needs(params.products)
    counts = _counts(chosen, params.products)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    need_of = np.repeat(np.arange(len(chosen), dtype=np.int32), counts)
    position = np.arange(params.products)
    key = random.stream(params.seed, "products")
    keys = random.fold(key, position)
    brand_in_need = _brand_places(random.fold(keys, 1))
    private = brand_in_need == 0
    department = [chosen[k].department for k in need_of]
    brand = tuple(
        PRIVATE_LABELS[department[i]] if private[i] else _brand(key, chosen[need_of[i]], int(brand_in_need[i]))
        for i in position
    )
    name, pack = _names(chosen, need_of, brand, random.fold(keys, 2))
    quality = random.looked_up(tables.normal(), random.fold(keys, 3))  # 1/1024 standard deviations
    level = np.array([need.price for need in chosen])[need_of]
    size_step = random.below(random.fold(keys, 4), 5) - 2
    # A dearer line of the same need costs up to half as much again; private labels a fifth less (assumptions).
    spread = np.exp(0.22 * quality / tables.UNIT + 0.14 * size_step - 0.22 * private)
    price = odd_price(np.rint(level * spread).astype(np.int64), random.fold(keys, 5))
    margin_bps = 2000 + random.below(random.fold(keys, 6), 1801) + np.where(private, 600, 0)
    cost = np.maximum(price * (10_000 - margin_bps) // 10_000, 1)
    own = random.looked_up(tables.normal(), random.fold(keys, 7)) / tables.UNIT
    own = (own + _BEST_SELLERS * (own**2 - 1)) * tables.UNIT
    of_brand = np.array(
        [_brand_strength(key, chosen[k].category, int(b)) for k, b in zip(need_of, brand_in_need, strict=True)]
    )
    attraction = np.rint(params.choice.popularity_spread * (0.8 * own + 0.6 * of_brand)).astype(np.int64)
    units = np.array([need.units for need in chosen])[need_of] * params.baskets.multi_unit
    multi = random.threshold(np.minimum(units * (0.6 + random.below(random.fold(keys, 8), 801) / 1000), 0.8))
    supplier = np.array([SUPPLIER_OF_CATEGORY[need.category] for need in chosen], dtype=np.int32)[need_of]
    age = random.below(random.fold(keys, 9), 2500) + 30
    return Catalogue(chosen, first, need_of, brand, name, pack, private, price, cost, attraction, supplier, multi, age)


def _needs(products: int) -> tuple[Need, ...]:
    """The needs that a catalogue of this size covers: all, or the heaviest of each department first."""
    room = max(4, min(len(NEEDS), products // _ITEMS_PER_NEED))
    if room >= len(NEEDS):
        return NEEDS
    by_department: dict[str, list[Need]] = {}
    for need in sorted(NEEDS, key=lambda need: -need.weight):
        by_department.setdefault(need.department, []).append(need)
    rounds = [(place, -need.weight, need) for line in by_department.values() for place, need in enumerate(line)]
    kept = {need.name for _, _, need in sorted(rounds, key=lambda item: item[:2])[:room]}
    return tuple(need for need in NEEDS if need.name in kept)


def _counts(needs: tuple[Need, ...], products: int) -> Ints:
    """Products by need, roughly by the square root of its weight, at least two."""
    weight = np.sqrt([need.weight for need in needs])
    exact = 2 + (products - 2 * len(needs)) * weight / weight.sum()
    counts: Ints = np.floor(exact).astype(np.int64)
    rest = products - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:rest]] += 1
    return counts


def _brand_places(keys: random.U64) -> Ints:
    """A brand's place within its need (0 the private label): strong brands carry more items."""
    shares = np.array([18, 26, 19, 14, 10, 8, 5])  # per cent, assumption
    return np.searchsorted(np.cumsum(shares), random.below(keys, 100), side="right").astype(np.int64)


def _brand(key: np.uint64, need: Need, place: int) -> str:
    """National brands serve a whole category."""
    seat = _category_number(need.category)
    start = int(random.below(random.fold(key, 100, seat), len(BRANDS)))
    return BRANDS[(start + place * 7) % len(BRANDS)]


def _brand_strength(key: np.uint64, category: str, place: int) -> int:
    drawn = random.looked_up(tables.normal(), random.fold(key, 101, _category_number(category), place))
    return int(drawn)


def _category_number(category: str) -> int:
    return list(SUPPLIER_OF_CATEGORY).index(category)


def _names(
    needs: tuple[Need, ...], need_of: NDArray[np.int32], brand: tuple[str, ...], keys: random.U64
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[str] = []
    packs: list[str] = []
    taken: set[tuple[str, str]] = set()
    for i, number in enumerate(need_of):
        need = needs[number]
        variants = VARIANTS[need.department]
        choices = len(variants) * len(need.sizes)
        draw = int(random.below(keys[i], choices))
        for step in range(choices):  # the first free combination from the drawn one on
            variant, pack = (
                variants[(draw + step) % len(variants)],
                need.sizes[(draw + step) // len(variants) % len(need.sizes)],
            )
            name = f"{brand[i]} {variant} {need.name}"
            if (name, pack) not in taken:
                break
        else:
            name = f"{name} No. {i + 1}"
        taken.add((name, pack))
        names.append(name)
        packs.append(pack)
    return tuple(names), tuple(packs)


def supplier_rows(params: Params) -> list[tuple[int, str, str, str, int]]:
    """(supplier_id, name, city, state, usual lead time in days), the times spread round the mean."""
    key = random.stream(params.seed, "suppliers")
    rows = []
    for number, (name, city, state) in enumerate(SUPPLIER_NAMES, start=1):
        factor = 60 + int(random.below(random.fold(key, number), 81))  # 60% to 140%, assumption
        lead = max(1, round(params.stock.lead_time_days * factor / 100))
        rows.append((number, name, city, state, lead))
    return rows

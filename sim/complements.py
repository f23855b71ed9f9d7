"""Which needs call for which others in the same basket: dishes, pets, outfits (assumptions).

A pair works both ways: buns call for beef as beef calls for buns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import tables
from sim.params import Params
from sim.taxonomy import Need

Ints = NDArray[np.int64]

# (need, need, strength in shares of the parameter)
_PAIRS = (
    ("Buns & Rolls", "Beef", 1.4), ("Buns & Rolls", "Pork & Sausage", 1.2), ("Cereal", "Milk", 1.3),
    ("Pasta & Rice", "Sauces & Condiments", 1.3), ("Pasta & Rice", "Cheese", 0.6),
    ("Bread", "Lunch Meat & Bacon", 1.0),
    ("Bread", "Peanut Butter & Spreads", 1.2), ("Bread", "Butter & Margarine", 0.9),
    ("Lunch Meat & Bacon", "Cheese", 0.8),
    ("Lunch Meat & Bacon", "Eggs", 0.8), ("Chips", "Soft Drinks", 1.0), ("Chips", "Beer & Wine", 0.8),
    ("Frozen Pizza", "Soft Drinks", 1.0), ("Salads & Greens", "Tomatoes & Vegetables", 1.0),
    ("Baking Needs", "Eggs", 1.0), ("Baking Needs", "Butter & Margarine", 1.2), ("Coffee & Tea", "Cakes & Pastry", 0.8),
    ("Cookies & Crackers", "Milk", 0.6), ("Chicken", "Potatoes & Onions", 0.7), ("Beef", "Potatoes & Onions", 0.7),
    ("Dog Food & Treats", "Cat Food & Litter", 0.8), ("Diapers & Wipes", "Baby Food", 2.2),
    ("Toilet Paper", "Paper Towels", 1.3), ("Laundry Detergent", "Dish & Surface Cleaners", 1.0),
    ("Dish & Surface Cleaners", "Trash & Storage Bags", 0.8), ("Soap & Shampoo", "Oral Care", 1.0),
    ("Soap & Shampoo", "Deodorant & Shaving", 1.2), ("Women's Tops", "Women's Bottoms", 2.0),
    ("Men's Shirts", "Men's Pants", 2.0), ("Kids' Clothing", "Socks & Underwear", 1.2),
    ("Kids' Clothing", "Shoes", 1.2),
    ("Televisions", "Headphones & Speakers", 1.6), ("Tablets & Laptops", "Headphones & Speakers", 1.6),
    ("Video Games", "Cables & Batteries", 1.2), ("Building & Vehicles", "Cables & Batteries", 1.2),
    ("Dolls & Games", "Arts & Party Supplies", 1.0), ("School & Office Supplies", "Arts & Party Supplies", 1.2),
    ("Bedding & Bath", "Cookware & Dining", 0.8), ("Garden & Patio", "Hardware & Tools", 1.2),
    ("Auto Care", "Hardware & Tools", 1.2),
)  # fmt: skip


class Pairs(NamedTuple):
    """Complements by need: those of need k are `other[first[k]:first[k + 1]]`, with pulls in 1/1024."""

    first: Ints
    other: Ints
    pull: Ints


def pairs(needs: tuple[Need, ...], params: Params) -> Pairs:
    """The complements among these needs; none with the mechanism switched off."""
    place = {need.name: k for k, need in enumerate(needs)}
    strength = params.baskets.complement_pull * params.mechanisms.complements
    found: list[list[tuple[int, int]]] = [[] for _ in needs]
    for one, other, share in _PAIRS:
        if strength and one in place and other in place:
            pull = round(share * strength * tables.UNIT)
            found[place[one]].append((place[other], pull))
            found[place[other]].append((place[one], pull))
    flat = [pair for of_need in found for pair in of_need]
    first = np.concatenate([[0], np.cumsum([len(of_need) for of_need in found])]).astype(np.int64)
    return Pairs(first, np.array([k for k, _ in flat], dtype=np.int64), np.array([p for _, p in flat], dtype=np.int64))

"""Customers: everything lasting about them follows from the seed and their number.

Columns over any set of customer numbers, so stores' customers can be drawn without drawing the
others, and doubling the company leaves the first half as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import chores, random, schema, tables
from sim.benefits import payment_days
from sim.catalogue import Catalogue
from sim.clock import EPOCH, day_number, numbered_day
from sim.geography import Store
from sim.names import FEMALE, LAST, MALE
from sim.params import Params
from sim.records import Gaps

Ints = NDArray[np.int64]

_TIERS = np.array(["None", "Member", "Plus"])
_GENDERS = np.array(["F", "M"])
LONGEST_GAP = 390  # days
_MONTH = 32  # days whose arrivals are drawn at once
NEVER = 1 << 40  # the day of the next visit of those who have left for good


@dataclass(frozen=True)
class Traits:
    """Lasting traits, one entry a customer; factors and utilities in 1/1024, gaps in 1/1024 days."""

    customer: Ints
    taste_key: random.U64
    gap: Ints
    own_day: Ints
    size: Ints
    units: Ints
    price: Ints
    promotion: Ints
    pantry: Ints
    benefit: Ints
    pickup: Ints
    delivery: Ints
    listed: NDArray[np.bool_]
    day_part: Ints
    need: NDArray[np.int16]

    def with_more(self, others: Traits) -> Traits:
        """These customers and then those."""
        names = [field.name for field in fields(self)]
        return Traits(*(np.concatenate([getattr(self, name), getattr(others, name)]) for name in names))

    def taken(self, at: slice) -> Traits:
        """The customers at these places."""
        return Traits(*(getattr(self, field.name)[at] for field in fields(self)))


@dataclass(frozen=True)
class Arrivals:
    """Those who join the company, by day number and home store: traits, rows of `customers` and `truth.customers`."""

    day: Ints
    home: Ints
    traits: Traits
    rows: pl.DataFrame
    truth: pl.DataFrame

    def taken(self, at: slice) -> Arrivals:
        """Those at these places."""
        return Arrivals(self.day[at], self.home[at], self.traits.taken(at), self.rows[at], self.truth[at])


class Population:
    """Draws customers of a company."""

    def __init__(self, params: Params, catalogue: Catalogue, stores: list[Store], start: date) -> None:
        self._params, self._catalogue, self._stores, self._start = params, catalogue, stores, start
        self._key = random.stream(params.seed, "customers")
        weights = np.rint(np.array([store.weight for store in stores]) * 10_000).astype(np.int64)
        self._reach = np.cumsum(weights)
        base = np.log(np.array([need.weight for need in catalogue.needs]))
        self._need_base = np.rint((base - base.mean()) * tables.UNIT).astype(np.int64)
        self._gaps = self._make_gaps()
        self._month_of_arrivals = lru_cache(maxsize=4)(self._reckon_arrivals)  # all stores ask on all days

    def joined_before(self, day: date) -> int:
        """How many customers exist when a day's boundary work begins (joiners of earlier days included)."""
        people = self._params.people
        if not self._params.mechanisms.lifecycle:
            return self._params.customers
        yearly = round(self._params.customers * people.joining_per_year * 1000)
        return self._params.customers + yearly * max((day - self._start).days, 0) // 365_000

    def arrivals(self, day: int, store_id: int) -> Arrivals:
        """Those who join on a day at a store."""
        month = self._month_of_arrivals(day // _MONTH)
        low, high = np.searchsorted(month.day, [day, day + 1])
        first, last = np.searchsorted(month.home[low:high], [store_id, store_id + 1])
        return month.taken(slice(int(low + first), int(low + last)))

    def _reckon_arrivals(self, month: int) -> Arrivals:
        days = np.arange(month * _MONTH, (month + 1) * _MONTH, dtype=np.int64)
        bounds = [self.joined_before(numbered_day(int(day))) for day in (*days, days[-1] + 1)]
        numbers = np.arange(bounds[0] + 1, bounds[-1] + 1, dtype=np.int64)
        day, home = np.repeat(days, np.diff(bounds)), self.homes(numbers)
        order = np.lexsort((home, day))
        customers, day, home = numbers[order], day[order], home[order]
        traits = self.traits(customers)
        return Arrivals(day, home, traits, self.rows(customers, day), self.truth(traits))

    def at_home(self, store_id: int, first: int, last: int) -> Ints:
        """Those of the customers numbered first to last (inclusive) whose home store this is."""
        founders = self._params.customers
        later = np.arange(max(first, founders + 1), last + 1, dtype=np.int64)
        mine: Ints = later[self.homes(later) == store_id]
        if first > founders:
            return mine
        here = self._founders[store_id - 1]
        return np.concatenate([here[(here >= first) & (here <= last)], mine])

    @cached_property
    def _founders(self) -> list[Ints]:
        """The customers at the start by home store."""
        numbers = np.arange(1, self._params.customers + 1, dtype=np.int64)
        homes = self.homes(numbers)
        order = np.argsort(homes, kind="stable")
        return np.split(numbers[order], np.searchsorted(homes[order], np.arange(2, len(self._stores) + 1)))

    def homes(self, customers: Ints) -> Ints:
        """Home store numbers."""
        draw = random.below(random.fold(self._key, customers, 1), self._reach[-1])
        place: Ints = np.searchsorted(self._reach, draw, side="right").astype(np.int64)
        return place + 1

    def traits(self, customers: Ints) -> Traits:
        """The lasting traits of customers."""
        params, switch = self._params, self._params.mechanisms
        key = random.fold(self._key, customers)

        def drawn(table: Ints, part: int) -> Ints:
            return random.looked_up(table, random.fold(key, part))

        rate = drawn(tables.gamma(params.visits.shape), 2) if switch.heterogeneity else np.full(len(customers), 1024)
        mean_gap = round(7 / params.visits.per_week * 1024)
        gap = np.clip(mean_gap * 1024 // np.maximum(rate, 1), round(params.visits.fastest_gap * 1024), 390 * 1024)
        personal = 1.0 if switch.personal_baskets else 0.0
        responds = switch.price_response and switch.choice
        choice, channels = params.choice, params.channels
        # Online shopping is concentrated: a third of customers do most of it (assumption).
        online = np.array([0, 0, 0, 1, 3, 6])[random.below(random.fold(key, 6), 6)] * (6 / 10 if switch.channels else 0)
        taste = tables.normal()
        needs = len(self._catalogue.needs)
        need_draw = random.looked_up(taste, random.fold(key[:, None], 7, np.arange(needs)[None, :]))
        need = self._need_base[None, :] + np.rint(need_draw * (params.choice.need_spread * personal)).astype(np.int64)
        return Traits(
            customer=customers,
            taste_key=random.fold(key, 8),
            gap=gap,
            # Sunday and Saturday are the own day of more households than Tuesday is (assumption).
            own_day=np.array([0, 0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 6])[random.below(random.fold(key, 9), 13)],
            size=drawn(tables.lognormal(params.baskets.scale, params.baskets.household_spread * personal), 10),
            units=drawn(tables.lognormal(1.0, params.baskets.units_spread * personal), 15),
            price=drawn(tables.lognormal(choice.price_sensitivity, choice.price_spread), 11) * responds,
            promotion=drawn(tables.lognormal(choice.promotion_pull, choice.promotion_spread), 12) * responds,
            pantry=np.maximum(drawn(tables.lognormal(params.pantry.days, params.pantry.days_spread), 16) // 1024, 1),
            benefit=self._benefits(customers, key),
            pickup=random.threshold(np.minimum(online * channels.pickup_share, 0.5)),
            delivery=random.threshold(np.minimum(online * channels.delivery_share, 0.45)),
            listed=~random.happens(random.fold(key, 13), params.people.unlisted_share),
            day_part=random.below(random.fold(key, 14), 3),
            need=np.clip(need, -30_000, 30_000).astype(np.int16),
        )

    def _benefits(self, customers: Ints, key: random.U64) -> Ints:
        if not self._params.mechanisms.benefits:
            return np.zeros(len(customers), dtype=np.int64)
        states = [self._stores[home - 1].city.state for home in self.homes(customers)]
        return payment_days(random.fold(key, 17), states, self._params.benefits.share)

    def first_gaps(self, traits: Traits) -> Ints:
        """Days until the first visit: the residual life of a gamma renewal process in equilibrium."""
        shape = self.regularity
        key = random.fold(random.stream(self._params.seed, "first visit"), traits.customer)
        # The gap under way at a random instant is length-biased: gamma of shape + 1.
        biased = random.looked_up(tables.gamma(shape + 1), random.fold(key, 1))
        span = self.drifted(traits.customer, traits.gap, day_number(self._start)) * biased // 1024
        span = span * round((shape + 1) / shape * 1024) // 1024
        days: Ints = np.clip((random.below(random.fold(key, 2), 1 << 16) * span >> 26) + 1, 1, LONGEST_GAP)
        return days

    def gaps(self, customers: Ints, gap: Ints, day: int, pace: int) -> tuple[Ints, NDArray[np.bool_]]:
        """Whole days until the next visit of customers who come on `day`, 1 to 390, and who never comes again."""
        days, gone = np.empty(len(customers), dtype=np.int64), np.empty(len(customers), dtype=np.bool_)
        chores.next_gaps(customers, self.drifted(customers, gap, day), day, pace, self._gaps, days, gone)
        return days, gone

    def drifted(self, customers: Ints, gap: Ints, day: int) -> Ints:
        """The usual gaps as they are on a day."""
        if not self._gaps.drift_days:
            return gap
        found = np.empty(len(customers), dtype=np.int64)
        chores.drifted(customers, gap, day, self._gaps, found)
        return found

    def _make_gaps(self) -> Gaps:
        params, people = self._params, self._params.people
        lifecycle, heterogeneity = params.mechanisms.lifecycle, params.mechanisms.heterogeneity
        return Gaps(
            gap_key=random.stream(params.seed, "gap"),
            drift_key=random.stream(params.seed, "drift"),
            regular=tables.gamma(self.regularity),
            fastest=round(params.visits.fastest_gap * 1024),
            longest=LONGEST_GAP,
            drift_days=people.drift_days if lifecycle and heterogeneity and people.drift else 0,
            normal=tables.normal(),
            drift=tables.exponential(people.drift),
            lapsing=int(random.threshold(people.lapsing_per_year / 365)) if lifecycle else 0,
            returning=int(random.threshold(people.returning_share)),
            away=tables.gamma(1.0),
            away_days=round(people.away_days),
        )

    @property
    def regularity(self) -> float:
        """Shape of the gaps; 1 (random) with the rhythm switched off."""
        return self._params.visits.regularity if self._params.mechanisms.rhythm else 1.0

    def rows(self, customers: Ints, joined: Ints | None = None) -> pl.DataFrame:
        """Rows of `customers`; those at the start joined at some time before, later ones on the days `joined`."""
        key = random.fold(self._key, customers)
        female = random.below(random.fold(key, 20), 100) < 54  # assumption: the shopping member of the household
        names = [FEMALE, MALE]
        pick = [random.below(random.fold(key, 21), len(names[0])), random.below(random.fold(key, 22), len(names[1]))]
        first = np.where(female, np.array(FEMALE)[pick[0]], np.array(MALE)[pick[1]])
        last = np.array(LAST)[random.below(random.fold(key, 23), len(LAST))]
        home = self.homes(customers)
        cities = [self._stores[i - 1].city for i in home]
        age_days = (18 + np.abs(random.below(random.fold(key, 24), 40) + random.below(random.fold(key, 25), 30))) * 365
        born = day_number(self._start) - age_days - random.below(random.fold(key, 26), 365)
        before = random.below(random.fold(key, 27), 6 * 365) + 1
        since = day_number(self._start) - before if joined is None else joined
        zips = random.below(random.fold(key, 28), 60)
        listed = ~random.happens(random.fold(key, 13), self._params.people.unlisted_share)
        plus = random.below(random.fold(key, 29), 100) < 25
        email = [f"{a}.{b}{c}@example.com".lower() for a, b, c in zip(first, last, customers, strict=True)]
        return pl.DataFrame(
            {
                "customer_id": customers,
                "first_name": first.tolist(),
                "last_name": last.tolist(),
                "email": email,
                "gender": _GENDERS[1 - female.astype(np.int64)].tolist(),
                "birth_date": _dates(born),
                "city": [city.name for city in cities],
                "state": [city.state for city in cities],
                "postal_code": [f"{city.zip_prefix}{z + 1:02d}" for city, z in zip(cities, zips, strict=True)],
                "home_store_id": home,
                "loyalty_tier": _TIERS[np.where(listed, 1 + plus, 0)].tolist(),
                "joined_on": _dates(since),
            },
            schema=schema.CUSTOMERS.columns,
            strict=False,
        )

    def truth(self, traits: Traits) -> pl.DataFrame:
        """Rows of `truth.customers`; `pantry_days` is the room for what promotions tempt a household to hold."""
        return pl.DataFrame(
            {
                "customer_id": traits.customer,
                "visits_per_week": np.round(7 * 1024 / traits.gap, 4),
                "basket_scale": traits.size / 1024,
                "price_sensitivity": traits.price / 1024,
                "promotion_sensitivity": traits.promotion / 1024,
                "pantry_days": traits.pantry.astype(np.float64),
            },
            schema=schema.TRUE_CUSTOMERS.columns,
        )


def _dates(numbers: Ints) -> pl.Series:
    from_epoch = (EPOCH - date(1970, 1, 1)).days
    return pl.Series(numbers + from_epoch, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date)

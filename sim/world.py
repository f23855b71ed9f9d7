"""A company's world: everything that follows from parameters and start alone.

A world is shared by its shards and never changes; what changes is a shard's (`sim.shard`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import complements, random, rows, schema, state, tables
from sim.calendar import Rhythm
from sim.catalogue import make_catalogue, supplier_rows
from sim.clock import checked_instant, day_number, numbered_day, seconds_into_day, unix_start, world_day
from sim.errors import ParameterError, StateError
from sim.frames import REASONS
from sim.geography import Store, make_stores
from sim.kernels import MISSIONS
from sim.offers import Offers
from sim.params import Params
from sim.people import Population, Traits
from sim.pricing import PricePlan, PromotionCalendar
from sim.records import Comebacks, Range, Rules, Shoppers
from sim.shocks import Shocks
from sim.state import ORDER_COLUMNS, RETURN_COLUMNS, StoreState, nothing_under_way

if TYPE_CHECKING:
    from sim.shard import Shard

Ints = NDArray[np.int64]

# Keys carry days since 2000 and stay exact in JSON numbers far beyond the last start.
LOOK_AHEAD = 400  # days of the calendar that are known: more than the longest gap between visits
FIRST_START, LAST_START = date(2001, 1, 1), date(2100, 1, 1)
# Utility by mission and kind of need (log weights, assumptions): what a trip is for shows in what it fetches.
_MISSION_BONUS: dict[str, dict[int, float]] = {
    "Beverages": {0: 0.5, 3: 0.9}, "Snacks": {0: 0.5, 3: 1.0}, "Bakery": {1: 0.4, 3: 0.5}, "Dairy": {1: 0.5},
    "Produce": {1: 0.3, 2: 0.2}, "Paper": {2: 0.4}, "Cleaning": {2: 0.3}, "Crafts": {3: 1.2}, "Meat": {2: 0.2, 3: 0.4},
    "Health": {0: 0.8}, "Accessories": {0: 0.6}, "TV & Audio": {0: 1.2}, "Computing": {0: 1.2}, "Gaming": {0: 1.0},
}  # fmt: skip
# Payment by [store, online]: cash, debit, credit, mobile wallet, gift card (assumption, after the Fed's 2023 diary).
_PAYMENT = np.array([[0.17, 0.38, 0.34, 0.08, 0.03], [0.0, 0.30, 0.52, 0.14, 0.04]])


class World:
    """The company of `params` from `start` on: `World(params, start)`."""

    def __init__(self, params: Params, start: date) -> None:
        if not FIRST_START <= start <= LAST_START:
            allowed = f"a day from {FIRST_START} to {LAST_START}"
            raise ParameterError(name="start", value=start.isoformat(), allowed=allowed)
        self.params, self.start = params, start
        self.catalogue = make_catalogue(params)
        self.stores = make_stores(params, start)
        self.suppliers = supplier_rows(params)
        self.people = Population(params, self.catalogue, self.stores, start)
        self.rhythm = Rhythm(params, self.catalogue.needs)
        self.promotions = PromotionCalendar(params, self.catalogue)
        self.prices = PricePlan(params, self.catalogue, start, self.promotions)
        self.shocks = Shocks(params, self.catalogue.needs)
        self.offers = Offers(params, self.catalogue, self.prices, self.promotions, self.rhythm, self.shocks)
        self.goods = self._goods()
        self.rules = self._rules()
        self.case = self._cases()
        self.fresh = np.array([need.perishable for need in self.catalogue.needs])[self.catalogue.need_of]
        self.comebacks = self._comebacks()
        stock = params.stock
        self.shrink_threshold = random.threshold(stock.shrink_rate + stock.spoilage_rate * self.fresh)

    @property
    def store_ids(self) -> tuple[int, ...]:
        """The numbers of all stores."""
        return tuple(store.store_id for store in self.stores)

    def store(self, store_id: int) -> Store:
        """The store with this number; raises StateError when the company has none such."""
        if not 1 <= store_id <= len(self.stores):
            message = f"the company has no store {store_id}; its stores are 1 to {len(self.stores)}"
            raise StateError(message)
        return self.stores[store_id - 1]

    def genesis(self) -> dict[str, pl.DataFrame]:
        """The rows at the start, one frame a table of the schema (those without rows empty)."""
        found = {table.path: table.empty() for table in schema.TABLES}
        customers = np.arange(1, self.params.customers + 1, dtype=np.int64)
        states = [self.first_state(store_id) for store_id in self.store_ids]
        found.update(
            {
                schema.STORES.path: rows.stores(self.stores),
                schema.SUPPLIERS.path: rows.suppliers(self.suppliers),
                schema.PRODUCTS.path: rows.products(
                    self.catalogue, self.prices.regular(day_number(self.start)), self.start
                ),
                schema.CUSTOMERS.path: self.people.rows(customers),
                schema.ASSORTMENT.path: rows.assortment([self.listed(s) for s in self.store_ids], self.stores),
                schema.PROMOTIONS.path: rows.promotions_at_start(
                    self.promotions, day_number(self.start), self.params.promotions.announced_days
                ),
                schema.INVENTORY.path: rows.inventory(states, [self.listed(s) for s in self.store_ids]),
                schema.TRUE_CUSTOMERS.path: self.people.truth(self.people.traits(customers)),
                schema.TRUE_PRODUCTS.path: rows.true_products(self.elasticities()),
            }
        )
        return found

    def shard(self, store_ids: Sequence[int]) -> Shard:
        """The stores at the start, with the customers at home there; the clock at the start's 10:00 UTC."""
        from sim.shard import Shard

        return Shard(self, [self.first_state(store_id) for store_id in sorted(set(store_ids))])

    def restore(self, snapshot: Mapping[int, bytes], clock: datetime) -> Shard:
        """The shard whose snapshot, by store, was taken at `clock`.

        Raises StateError when a store's part is damaged, of an unknown version, of another instant or
        does not fit this company's customers and products.
        """
        from sim.shard import Shard

        at = checked_instant(clock)
        states = []
        for store_id, data in sorted(snapshot.items()):
            found = state.read(data)
            self._check_fits(found, store_id, at)
            states.append(found)
        return Shard(self, states)

    def _check_fits(self, found: StoreState, store_id: int, at: datetime) -> None:
        self.store(store_id)
        customers = len(self.customers_at(store_id, found.day, found.opened))
        shape = (customers, len(self.catalogue.needs))
        instant = (found.day, found.second)
        wrong = None
        if found.store_id != store_id:
            wrong = f"it is of store {found.store_id}"
        elif instant != (day_number(world_day(at)), seconds_into_day(at)):
            wrong = f"it is of second {found.second} of world day {numbered_day(found.day)}, not of {at.isoformat()}"
        elif len(found.on_hand) != self.catalogue.size:
            wrong = f"it holds {len(found.on_hand)} products, the company has {self.catalogue.size}"
        elif found.habit.shape != shape or found.stocked.shape != shape:
            wrong = f"it holds {found.habit.shape} customers and needs, the company has {shape}"
        if wrong is not None:
            message = f"the snapshot of store {store_id} does not fit: {wrong}"
            raise StateError(message)

    def first_state(self, store_id: int) -> StoreState:
        """A store at the start: between its levels, nothing under way, every customer's first visit set."""
        from sim.shelves import first_levels, first_stock

        traits = self.people.traits(self.customers_at(store_id, day_number(self.start), False))
        size, needs = self.catalogue.size, len(self.catalogue.needs)
        usual = self._usual_sales(store_id)
        point, up_to = first_levels(self, store_id, usual)
        held = first_stock(self, store_id, point, up_to)
        due = day_number(self.start) - 1 + self.people.first_gaps(traits)

        def zeros() -> Ints:
            return np.zeros(size, dtype=np.int64)

        return StoreState(
            store_id=store_id, day=day_number(self.start), second=0, opened=False, trips=0, opening=held.copy(),
            on_hand=held, on_order=zeros(), received=zeros(), sold=zeros(), returned=zeros(), shrink=zeros(),
            wanted=zeros(), substituted=zeros(), lost=zeros(), baseline=zeros(), promoted_sold=zeros(),
            changed_at=np.full(size, unix_start(self.start), dtype=np.int64), usual_sales=usual, reorder_point=point,
            order_up_to=up_to, marked=zeros(), due=due, habit=np.zeros((len(due), needs), dtype=np.int16),
            stocked=np.zeros((len(due), needs), dtype=np.uint16), orders=nothing_under_way(ORDER_COLUMNS),
            returns=nothing_under_way(RETURN_COLUMNS),
        )  # fmt: skip

    def customers_at(self, store_id: int, day: int, opened: bool) -> Ints:
        """Numbers of the customers at home at a store on a day, before or after its boundary work."""
        return self.people.at_home(store_id, 1, self.people.joined_before(numbered_day(day + opened)))

    def shoppers(self, traits: Traits, held: StoreState) -> Shoppers:
        """Customers as the kernels take them; what changes about them is the store's."""
        return Shoppers(
            traits.customer, traits.taste_key, traits.size, traits.units, traits.price, traits.promotion,
            traits.pantry, traits.benefit, traits.pickup, traits.delivery, traits.listed, traits.need, held.habit,
            held.stocked,
        )  # fmt: skip

    def listed(self, store_id: int) -> NDArray[np.bool_]:
        """Which products a store lists; smaller formats list fewer. Each need keeps at least one."""
        store = self.store(store_id)
        key = random.fold(random.stream(self.params.seed, "assortment"), store_id, np.arange(self.catalogue.size))
        chosen = random.happens(key, self.params.stock.assortment_share * store.format.assortment)
        chosen[self.catalogue.first[:-1]] = True
        return chosen

    def elasticities(self) -> NDArray[np.float64]:
        """Own-price elasticity of each product's demand at first regular prices, by the choice model.

        For a logit, d log share / d log price = -coefficient x (1 - share), averaged over a sample of
        customers weighted by how often they choose the product.
        """
        sample = self.people.traits(np.arange(1, min(self.params.customers, 400) + 1, dtype=np.int64))
        utility = self._utilities(sample) / tables.UNIT
        outside = self.goods.outside / tables.UNIT
        result = np.zeros(self.catalogue.size)
        for k, need in enumerate(self.catalogue.needs):
            span = slice(self.catalogue.first[k], self.catalogue.first[k + 1])
            weight = np.exp(utility[:, span])
            share = weight / (weight.sum(axis=1, keepdims=True) + math.exp(outside[k]))
            slope = -(sample.price[:, None] / tables.UNIT) * need.elasticity * (1 - share)
            result[span] = (slope * share).sum(axis=0) / share.sum(axis=0)
        return np.round(result, 4)

    def _utilities(self, traits: Traits) -> Ints:
        key = random.fold(traits.taste_key[:, None], np.arange(self.catalogue.size)[None, :])
        taste = random.looked_up(tables.normal(), key)
        return self.catalogue.attraction[None, :] + (taste * self.rules.taste >> 10)

    def _goods(self) -> Range:
        catalogue, choice = self.catalogue, self.params.choice
        spread = choice.taste_spread if self._personal else 0.0
        outside = []
        for k in range(len(catalogue.needs)):
            span = slice(catalogue.first[k], catalogue.first[k + 1])
            # A household's best items count for more than the mean taste: half the variance, up to a limit.
            inclusive = np.log(np.sum(np.exp(catalogue.attraction[span] / tables.UNIT))) + 0.35 * min(spread, 2.0) ** 2
            outside.append(inclusive - math.log((1 - choice.outside_share) / choice.outside_share))
        bonus = np.zeros((MISSIONS, len(catalogue.needs)))
        if self.params.mechanisms.missions:
            for k, need in enumerate(catalogue.needs):
                for mission, value in _MISSION_BONUS.get(need.category, {}).items():
                    bonus[mission, k] = value
        pairs = complements.pairs(catalogue.needs, self.params)
        brands = {brand: number for number, brand in enumerate(dict.fromkeys(catalogue.brand))}
        return Range(
            first=catalogue.first,
            attraction=catalogue.attraction,
            multi_unit=catalogue.multi_unit,
            brand=np.array([brands[brand] for brand in catalogue.brand], dtype=np.int64),
            outside=np.rint(np.array(outside) * tables.UNIT).astype(np.int64),
            taxable=np.array([need.taxable for need in catalogue.needs]),
            food=np.array([need.department == "Grocery" for need in catalogue.needs]),
            lasts=np.array([need.lasts for need in catalogue.needs], dtype=np.int64),
            mission_bonus=np.rint(bonus * tables.UNIT).astype(np.int64),
            pair_first=pairs.first,
            pair_with=pairs.other,
            pair_pull=pairs.pull,
        )

    @property
    def _personal(self) -> bool:
        return self.params.mechanisms.personal_baskets and self.params.mechanisms.choice

    def _rules(self) -> Rules:
        params, switch, baskets = self.params, self.params.mechanisms, self.params.baskets
        top_up = 1 - baskets.single_share - baskets.stock_up_share - baskets.occasion_share
        shares = np.array([baskets.single_share, top_up, baskets.stock_up_share, baskets.occasion_share])
        medians = np.array([baskets.single_lines, baskets.top_up_lines, baskets.stock_up_lines, baskets.occasion_lines])
        lines = [
            tables.lognormal(float(median), baskets.tail if mission else 0.0) for mission, median in enumerate(medians)
        ]
        if not switch.missions:  # one kind of trip of the same mean size
            mean = round(sum(float(share) * float(table.mean()) for share, table in zip(shares, lines, strict=True)))
            shares, lines = np.array([0.0, 1.0, 0.0, 0.0]), [np.full(tables.SIZE, mean)] * MISSIONS
        seed, choice = params.seed, params.choice
        deals = switch.price_response and switch.choice and switch.stockpiling
        return Rules(
            finite_stock=switch.finite_stock,
            substitute=int(random.threshold(choice.substitute_share)),
            same_brand=int(random.threshold(choice.substitute_share * choice.same_brand_share)),
            delay=int(random.threshold(choice.substitute_share + choice.delay_share)),
            taste=round(choice.taste_spread * tables.UNIT) if self._personal else 0,
            habit=round(choice.habit * tables.UNIT) if self._personal else 0,
            online_basket=round(params.channels.online_basket * tables.UNIT),
            deal_units=int(random.threshold(params.promotions.deal_units if deals else 0.0)),
            fullness=round(params.pantry.fullness * tables.UNIT) if switch.stockpiling else 0,
            benefit_food=round(params.benefits.food * tables.UNIT),
            mission=random.threshold(np.cumsum(shares)),
            lines=np.array(lines),
            gumbel=tables.gumbel(),
            normal=tables.normal(),
            payment=random.threshold(np.cumsum(_PAYMENT, axis=1)),
            trip_key=random.stream(seed, "trip"),
            need_key=random.stream(seed, "need"),
            item_key=random.stream(seed, "item"),
        )

    def _cases(self) -> Ints:
        """Units in a supplier's case: cheap goods come by the dozen (assumption)."""
        price = self.catalogue.base_price
        return np.select([price < 500, price < 1500, price < 5000], [6, 4, 2], 1).astype(np.int64)

    def _comebacks(self) -> Comebacks:
        settings = self.params.returns
        factor = np.array([need.returns for need in self.catalogue.needs])[self.catalogue.need_of]
        rate = np.array([settings.rate, settings.rate * settings.online_factor])
        return Comebacks(
            key=random.stream(self.params.seed, "returns"),
            threshold=random.threshold(np.minimum(rate[:, None] * factor[None, :], 0.9)),
            fresh=self.fresh,
            restocked=int(random.threshold(settings.restocked_share)),
            longest_days=settings.longest_days,
            reasons=len(REASONS),
        )

    def _usual_sales(self, store_id: int) -> Ints:
        """Expected units a day at the start in 2**-16: an average customer's, at the level of the past weeks."""
        base = self.goods.mission_bonus[1] + np.rint(
            np.log(np.array([need.weight for need in self.catalogue.needs])) * tables.UNIT
        )
        needs = np.exp(base / tables.UNIT)
        needs /= needs.sum()
        weight = np.exp(self.catalogue.attraction / tables.UNIT) * self.listed(store_id)
        by_need = np.add.reduceat(weight, self.catalogue.first[:-1])
        share = weight / by_need[self.catalogue.need_of]
        customers = len(self.customers_at(store_id, day_number(self.start), False))
        visits = customers * self.params.visits.per_week / 7
        lines = float(self.rules.lines.mean(axis=1) @ np.diff(self.rules.mission, prepend=0)) / 2**30 / 1024
        units = 1 / (1 - self.catalogue.multi_unit / 2**30)
        needs *= self.offers.learnt(day_number(self.start))
        daily = visits * lines * self.params.baskets.scale * needs[self.catalogue.need_of] * share * units
        usual: Ints = np.rint(daily * 2**16).astype(np.int64)
        return usual

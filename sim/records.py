"""The columns that the compiled loops read and write: plain arrays, by what they are about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

PRICE_BITS = 14  # log prices are whole numbers of 2**-14


class Shelf(NamedTuple):
    """A store's stock and the day's counters, one entry a product; changed in place."""

    on_hand: I64
    received: I64
    sold: I64
    returned: I64
    wanted: I64
    substituted: I64
    lost: I64
    baseline: I64  # units had nothing in the need been promoted, of products on promotion
    promoted_sold: I64
    changed_at: I64  # Unix seconds of the last change
    dirty: NDArray[np.bool_]  # changed since rows were last handed out
    listed: NDArray[np.bool_]


class Shoppers(NamedTuple):
    """The customers at home at a store, one entry a customer; `habit` and `stocked` change in place."""

    customer: I64
    taste_key: NDArray[np.uint64]
    size: I64  # basket size factor, 1/1024
    units: I64  # factor of the chance of further units, 1/1024
    price: I64  # utility per log price, 1/1024
    promotion: I64  # utility of a promotion, 1/1024
    pantry: I64  # days of use that the household makes room for
    benefit: I64  # day of the month of its food benefits, 0 without
    pickup: I64  # thresholds of 2**-30
    delivery: I64
    listed: NDArray[np.bool_]  # in the loyalty scheme
    need: NDArray[np.int16]  # [customer, need] log weight, 1/1024
    habit: NDArray[np.int16]  # [customer, need] 1 + place in the need of the item last bought; 0 none
    stocked: NDArray[np.uint16]  # [customer, need] day number until which it lasts; 0 nothing, 1 asked for in vain


class Offer(NamedTuple):
    """What a store offers on a day, one entry a product or need."""

    list_price: I64  # cents
    price: I64
    log_list: I64  # log of price over base price, times the need's elasticity, 2**-14
    log_price: I64
    promotion: I64  # promotion_id or 0
    season: I32  # by need, with the weather
    appeal: I32  # by need, 1/1024: what its promotions add
    basket: int  # factor, 1/1024
    month_day: int


class Range(NamedTuple):
    """The catalogue as the kernels need it."""

    first: I32
    attraction: I64
    multi_unit: I64
    brand: I64
    outside: I64  # by need
    taxable: NDArray[np.bool_]  # by need
    food: NDArray[np.bool_]  # by need
    lasts: I64  # by need, days of use of one unit
    mission_bonus: I64  # [mission, need]
    pair_first: I64  # by need, where its complements begin in the next two; with the end appended
    pair_with: I64
    pair_pull: I64  # 1/1024


class Rules(NamedTuple):
    """Parameters in fixed point, and the keys of the random streams."""

    finite_stock: bool
    substitute: int  # thresholds of 2**-30, cumulative: same brand, any item, asks again
    same_brand: int
    delay: int
    taste: int
    habit: int
    online_basket: int
    deal_units: int
    fullness: int
    benefit_food: int
    mission: I64  # cumulative thresholds
    lines: I64  # [mission, quantile] 1/1024 lines
    gumbel: I32
    normal: I64
    payment: I64  # [online, method] cumulative thresholds
    trip_key: np.uint64
    need_key: np.uint64
    item_key: np.uint64


class Gaps(NamedTuple):
    """How long shoppers stay away: parameters in fixed point, tables, and the keys of the random streams."""

    gap_key: np.uint64
    drift_key: np.uint64
    regular: I64  # gamma quantiles of the gaps, mean 1
    fastest: int  # 1/1024 days
    longest: int  # days
    drift_days: int  # between the knots of a rate's drift; 0 without drift
    normal: I64
    drift: I64  # exp(sigma z) by z + 4096
    lapsing: int  # chance a day of lapsing, 2**-30; 0 without
    returning: int  # chance that who lapses comes back, 2**-30
    away: I64  # exponential quantiles
    away_days: int


class Opening(NamedTuple):
    """A store's hours, and when in them shoppers come."""

    cumulative: I64  # [weekend, kind of shopper, hour] thresholds of 2**-30
    opens: int  # local seconds of the day
    last: int


class Comebacks(NamedTuple):
    """Which goods come back: parameters in fixed point and the key of the random stream."""

    key: np.uint64
    threshold: I64  # [online, product] 2**-30
    fresh: NDArray[np.bool_]  # by product: never back on the shelf
    restocked: int  # 2**-30
    longest_days: int
    reasons: int


class Supply(NamedTuple):
    """How suppliers answer: one entry a product or, where said, a supplier."""

    supplier: I64
    cost: I64
    lead_time: I64  # by supplier, days
    late_key: NDArray[np.uint64]  # by supplier
    short_key: NDArray[np.uint64]  # by supplier
    late: int  # 2**-30
    late_days: int
    short: int  # 2**-30
    fill: int  # 1/1024
    strike_supplier: int  # 0 for none
    strike_from: int  # day numbers
    strike_end: int


class Trips(NamedTuple):
    """Room for the transactions of one call."""

    shopper: I64
    customer: I64
    second: I64
    channel: I64
    payment: I64
    items: I64
    discount: I64
    tax: I64
    total: I64


class Lines(NamedTuple):
    """Room for the lines of one call."""

    trip: I64
    number: I64
    product: I64
    quantity: I64
    list_price: I64
    price: I64
    promotion: I64

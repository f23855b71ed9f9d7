"""The compiled loops round the shelf: when shoppers come, what comes back, what is lost, what is ordered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import TO_12, TO_14, below, compiled, fold, inlined, thirty
from sim.records import I32, I64, Comebacks, Gaps, Opening, Supply

Flags = NDArray[np.bool_]

CLOSED_BELOW = -(1 << 19)  # a pull this low says that stores are closed
_BENEFIT_PULL_DAYS = 3


@compiled
def drifted(customer: I64, gap: I64, day: int, gaps: Gaps, out: I64) -> None:
    """Usual gaps as they are on a day, 1/1024 days: rates drift slowly, each shopper's at its own times."""
    for i in range(len(customer)):
        h = fold(gaps.drift_key, customer[i])
        at = day + below(fold(h, 0), gaps.drift_days)
        knot, past = at // gaps.drift_days, at % gaps.drift_days
        early, late = gaps.normal[fold(h, knot + 1) >> TO_12], gaps.normal[fold(h, knot + 2) >> TO_12]
        z = (early * (gaps.drift_days - past) + late * past) // gaps.drift_days
        out[i] = min(max(gap[i] * gaps.drift[z + 4096] // 1024, gaps.fastest), gaps.longest * 1024)


@compiled
def next_gaps(customer: I64, usual: I64, day: int, pace: int, gaps: Gaps, days: I64, gone: Flags) -> None:
    """Whole days until the next visit of shoppers who come on `day`, and who never comes again.

    Gaps are rounded at random. Who lapses stays away for a time beside the usual gap, or for good.
    """
    for i in range(len(customer)):
        h = fold(fold(gaps.gap_key, customer[i]), day)
        exact = usual[i] * gaps.regular[fold(h, 1) >> TO_12] // pace
        wait = (exact + below(fold(h, 2), 1024)) // 1024
        gone[i] = False
        # Lapsing is as likely a day for all, so the chance at a visit grows with the usual gap.
        if thirty(fold(h, 3)) < min(usual[i] * gaps.lapsing >> 10, 1 << 30):
            if thirty(fold(h, 4)) < gaps.returning:
                wait += gaps.away[fold(h, 5) >> TO_12] * gaps.away_days // 1024
            else:
                gone[i] = True
        days[i] = min(max(wait, 1), gaps.longest)


@compiled
def settle(
    key: np.uint64, customer: I64, day: int, days: I64, own_day: I64, own_pull: int, benefit: I64, benefit_pull: int,
    pull: I32, month_day: I32, gumbel: I32, due: I64,
) -> None:  # fmt: skip
    """Turn gaps of `days` from `day` into the day each shopper picks near it, written to `due`.

    A shopper may shift by up to three days, never to today or before, towards the household's own
    weekday, the days on which its benefits have just come, and the days everybody prefers. `pull[i]`
    is the common log weight of day + i, `month_day[i]` its day of the month.
    """
    for i in range(len(days)):
        gap = days[i]
        reach = min(3, gap // 2)
        h = fold(fold(key, customer[i]), day)
        best, at = np.int64(-(1 << 60)), gap
        for j in range(-reach, reach + 1):
            score = np.int64(pull[gap + j]) + np.int64(gumbel[fold(h, j + 8) >> TO_14]) - abs(j) * 150
            # Day 0 was a Saturday.
            if (day + gap + j + 5) % 7 == own_day[i]:
                score += own_pull
            since = month_day[gap + j] - benefit[i]
            if benefit[i] > 0 and 0 <= since < _BENEFIT_PULL_DAYS:
                score += benefit_pull
            if score > best:
                best, at = score, gap + j
        if pull[at] < CLOSED_BELOW:
            at += 1
        due[i] = day + at


@inlined
def _second(key: np.uint64, kind: int, weekend: int, opening: Opening) -> int:
    """The local second of the day at which an event of this key happens."""
    u = thirty(fold(key, 1))
    hour = 0
    while hour < 24 and u >= opening.cumulative[weekend, kind, hour]:
        hour += 1
    return int(min(max(hour * 3600 + below(fold(key, 2), 3600), opening.opens), opening.last))


@compiled
def arrivals(key: np.uint64, customer: I64, kind: I64, day: int, midnight: int, opening: Opening, second: I64) -> None:
    """Seconds into the world day at which shoppers come; `midnight` is the local one's."""
    weekend = 1 if day % 7 < 2 else 0  # day 0 was a Saturday
    for i in range(len(customer)):
        second[i] = midnight + _second(fold(fold(key, customer[i]), day), kind[i], weekend, opening)


@compiled
def comebacks(
    transaction: I64, number: I64, product: I64, quantity: I64, price: I64, online: I64, day: int, pull: I32,
    midnight: I64, opening: Opening, rules: Comebacks, found: I64,
) -> int:  # fmt: skip
    """Write what will come back of lines sold on `day` as rows of goods under way; returns how many.

    `pull` and `midnight` are by days from `day` on. Part of a line's units or all come back once, most
    early: after the sooner of two uniform numbers of days.
    """
    count = 0
    for i in range(len(transaction)):
        h = fold(fold(rules.key, transaction[i]), number[i])
        if thirty(fold(h, 1)) >= rules.threshold[online[i], product[i]]:
            continue
        wait = 1 + min(below(fold(h, 2), rules.longest_days), below(fold(h, 3), rules.longest_days))
        if pull[wait] < CLOSED_BELOW:
            wait += 1
        units = 1 + below(fold(h, 4), quantity[i])
        restocked = thirty(fold(h, 5)) < rules.restocked and not rules.fresh[product[i]]
        weekend = 1 if (day + wait) % 7 < 2 else 0
        second = _second(fold(h, 7), below(fold(h, 6), 3), weekend, opening)
        found[count, 0], found[count, 1] = day + wait, midnight[wait] + second
        found[count, 2], found[count, 3], found[count, 4] = transaction[i], number[i], product[i]
        found[count, 5], found[count, 6] = units, price[i]
        found[count, 7] = units if restocked else 0
        found[count, 8] = below(fold(h, 8), rules.reasons)
        count += 1
    return count


@compiled
def shrink(key: np.uint64, day: int, threshold: I64, on_hand: I64, lost: I64, touched: I64) -> int:
    """Let units vanish in proportion to what lies there; writes the products touched and returns how many."""
    count = 0
    for p in range(len(on_hand)):
        expected = on_hand[p] * threshold[p]  # units in 2**-30
        units = min((expected + thirty(fold(fold(key, p), day))) >> 30, on_hand[p])
        if units > 0:
            on_hand[p] -= units
            lost[p] += units
            touched[count] = p
            count += 1
    return count


@compiled
def orders(
    store_id: int, day: int, identity: int, on_hand: I64, on_order: I64, point: I64, up_to: I64, case: I64,
    listed: Flags, supply: Supply, found: I64,
) -> int:  # fmt: skip
    """Order whole cases of what has fallen to `point`; writes rows of goods under way and returns how many.

    Lateness is a matter of the single order; a shortage strikes a product at the supplier, whoever
    orders. What would have come during a strike is shipped when it ends.
    """
    count = 0
    for p in range(len(on_hand)):
        position = on_hand[p] + on_order[p]
        if not listed[p] or position > point[p] or position >= up_to[p]:
            continue
        quantity = -(-(up_to[p] - position) // case[p]) * case[p]
        supplier = supply.supplier[p]
        h = fold(fold(fold(supply.late_key[supplier - 1], store_id), p), day)
        expected = day + supply.lead_time[supplier - 1]
        arrives, arriving = expected, quantity
        if thirty(fold(h, 1)) < supply.late:
            arrives += 1 + below(fold(h, 2), supply.late_days)
        if thirty(fold(fold(supply.short_key[supplier - 1], p), day)) < supply.short:
            arriving = max(quantity * supply.fill // 1024, 1)
        if supplier == supply.strike_supplier and supply.strike_from <= arrives < supply.strike_end:
            arrives = supply.strike_end + supply.lead_time[supplier - 1]
        on_order[p] += quantity
        found[count, 0], found[count, 1], found[count, 2], found[count, 3] = identity + count, supplier, p, quantity
        found[count, 4], found[count, 5], found[count, 6], found[count, 7] = day, expected, arrives, arriving
        found[count, 8] = supply.cost[p]
        count += 1
    return count

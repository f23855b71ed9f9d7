"""The compiled inner loop: shoppers at the shelf, one after another, in the order they come.

Reading a column out of a structure, and handing structures to a function, costs as much as a
whole draw of a random number: loops read columns through names bound before them, and functions
that take structures are compiled into their callers. Together that makes the loops five times as fast.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import TO_12, TO_14, TO_30, compiled, fold, inlined
from sim.records import I32, I64, PRICE_BITS, Lines, Offer, Range, Rules, Shelf, Shoppers, Trips

MAX_LINES = 80
MAX_UNITS = 12
NOBODY = -1
VISIT, RETURN = 1, 0  # at the same second goods come back before shoppers take them
STORE, PICKUP, DELIVERY = 0, 1, 2
SINGLE, TOP_UP, STOCK_UP, OCCASION = 0, 1, 2, 3
MISSIONS = 4
CASH = 0
ASKED = 1  # in `stocked`: wanted last time and not found
_ASKED_AGAIN = 3 * 1024  # log weight of such a need (assumption: it is nearly always on the list)
_NOT_WANTED = -(1 << 60)  # less than any wish
_MOST_CHANCE = 800_000_000  # of a further unit, in 2**-30
_BENEFIT_FOOD_DAYS = 5


@compiled
def serve(
    second: I64, kind: I64, who: I64, low: int, high: int, returned_product: I64, returned_units: I64, day: int,
    unix_start: int, tax_bps: int, shelf: Shelf, shoppers: Shoppers, offer: Offer, goods: Range, rules: Rules,
    trips: Trips, lines: Lines,
) -> tuple[int, int]:  # fmt: skip
    """Let the events low..high of a store's day happen in turn; returns how many trips and lines were written.

    Stock is exact: what an earlier shopper took, a later one does not find.
    """
    gumbel, need, stocked, lasts, food = rules.gumbel, shoppers.need, shoppers.stocked, goods.lasts, goods.food
    list_price, price, fullness = offer.list_price, offer.price, rules.fullness
    needs = len(goods.outside)
    score = np.empty(needs, np.int64)
    common = np.empty(goods.mission_bonus.shape, np.int64)  # what mission and day add to a need, whoever comes
    for mission in range(MISSIONS):
        for k in range(needs):
            common[mission, k] = goods.mission_bonus[mission, k] + offer.season[k] + offer.appeal[k]
    trip_count, line_count = 0, 0
    for event in range(low, high):
        now = unix_start + second[event]
        if kind[event] == RETURN:
            p = returned_product[who[event]]
            units = returned_units[who[event]]
            if units > 0:
                shelf.on_hand[p] += units
                shelf.returned[p] += units
                shelf.changed_at[p] = now
                shelf.dirty[p] = True
            continue
        c = who[event]
        h = fold(fold(rules.trip_key, shoppers.customer[c]), day)
        channel = _channel(h, shoppers.pickup[c], shoppers.delivery[c])
        mission = _mission(h, rules.mission)
        usual = _lines(h, mission, channel, shoppers.size[c], offer.basket, rules)
        wanted = usual
        if shoppers.benefit[c] > 0 and 0 <= offer.month_day - shoppers.benefit[c] < _BENEFIT_FOOD_DAYS:
            wanted = min(MAX_LINES, (usual * rules.benefit_food + 512) >> 10)
        first_line = line_count
        need_key = fold(fold(rules.need_key, shoppers.customer[c]), day)
        item_key = fold(fold(rules.item_key, shoppers.customer[c]), day)
        items, total, listed_total, taxed = 0, 0, 0, 0
        for n in range(wanted):
            passed = n // needs
            if n == passed * needs:  # a basket of more lines than needs goes through the needs again
                for k in range(needs):
                    noise = gumbel[fold(need_key, passed * 4096 + k) >> TO_14]
                    held = _at_home(int(np.int64(stocked[c, k])), day, lasts[k], fullness)
                    score[k] = np.int64(need[c, k]) + common[mission, k] + noise + held
            if n == usual:  # what benefits pay beyond the usual trip is food
                for k in range(needs):
                    if not food[k]:
                        score[k] = _NOT_WANTED
            k = 0
            for other in range(1, needs):
                if score[other] > score[k]:
                    k = other
            if score[k] < _NOT_WANTED // 2:
                break
            score[k] = _NOT_WANTED
            line_key = fold(item_key, passed * 4096 + k)
            p, quantity = _take(c, k, line_key, day, now, shelf, shoppers, offer, goods, rules)
            if quantity == 0:
                continue
            for pair in range(goods.pair_first[k], goods.pair_first[k + 1]):
                score[goods.pair_with[pair]] += goods.pair_pull[pair]
            at = line_count
            for earlier in range(first_line, line_count):
                if lines.product[earlier] == p:
                    at = earlier
            if at == line_count:
                lines.trip[at] = trip_count
                lines.number[at] = at - first_line + 1
                lines.product[at] = p
                lines.quantity[at] = 0
                lines.list_price[at] = list_price[p]
                lines.price[at] = price[p]
                lines.promotion[at] = offer.promotion[p]
                line_count += 1
            lines.quantity[at] += quantity
            items += quantity
            total += quantity * price[p]
            listed_total += quantity * list_price[p]
            if goods.taxable[k]:
                taxed += quantity * price[p]
        if line_count == first_line:
            continue
        payment = _payment(h, channel, rules.payment)
        anonymous = payment == CASH and not shoppers.listed[c]
        trips.shopper[trip_count] = c
        trips.customer[trip_count] = NOBODY if anonymous else shoppers.customer[c]
        trips.second[trip_count] = second[event]
        trips.channel[trip_count] = channel
        trips.payment[trip_count] = payment
        trips.items[trip_count] = items
        trips.discount[trip_count] = listed_total - total
        trips.tax[trip_count] = (taxed * tax_bps + 5000) // 10000
        trips.total[trip_count] = total
        trip_count += 1
    return trip_count, line_count


@compiled
def _channel(h: Any, pickup: int, delivery: int) -> int:
    u = np.int64(fold(h, 1) >> TO_30)
    if u < pickup:
        return PICKUP
    if u < pickup + delivery:
        return DELIVERY
    return STORE


@compiled
def _mission(h: Any, cumulative: I64) -> int:
    u = np.int64(fold(h, 2) >> TO_30)
    for m in range(len(cumulative) - 1):
        if u < cumulative[m]:
            return m
    return len(cumulative) - 1


@inlined
def _lines(h: Any, mission: int, channel: int, size: int, basket: int, rules: Rules) -> int:
    """The intended number of lines: the mission's, scaled by household, day and channel, rounded at random."""
    exact = rules.lines[mission, np.int64(fold(h, 3) >> TO_12)]
    if mission != SINGLE:
        exact = (((exact * size) >> 10) * basket) >> 10
        if channel != STORE:
            exact = (exact * rules.online_basket) >> 10
    n = (exact + np.int64(fold(h, 4) >> np.uint64(54))) >> 10
    return int(max(1, min(MAX_LINES, n)))


@compiled
def _payment(h: Any, channel: int, cumulative: I64) -> int:
    u = np.int64(fold(h, 5) >> TO_30)
    row = 0 if channel == STORE else 1
    for m in range(cumulative.shape[1] - 1):
        if u < cumulative[row, m]:
            return m
    return int(cumulative.shape[1] - 1)


@compiled
def _units(key: Any, chance: int) -> int:
    """One unit, and further ones while chance allows."""
    units = 1
    while units < MAX_UNITS and np.int64(fold(key, units) >> TO_30) < chance:
        units += 1
    return units


@compiled
def _at_home(until: int, day: int, lasts: int, fullness: int) -> int:
    """What the pantry, or a need asked for in vain, adds to a wish: less than nothing while there is some left."""
    if until == ASKED:
        return _ASKED_AGAIN
    if until <= day:
        return 0
    return -((until - day) * fullness // lasts)


@inlined
def _room(c: int, k: int, day: int, shoppers: Shoppers) -> int:
    """Days of use of need k that the household can still put away."""
    held = max(np.int64(shoppers.stocked[c, k]) - day, 0)
    return int(shoppers.pantry[c] - held)


@inlined
def _put_away(c: int, k: int, day: int, quantity: int, shoppers: Shoppers, goods: Range) -> None:
    """What was bought lasts as many days longer, as far as there is room."""
    held = max(np.int64(shoppers.stocked[c, k]) - day, 0)
    shoppers.stocked[c, k] = day + min(held + quantity * goods.lasts[k], max(shoppers.pantry[c], held))


@inlined
def _take(
    c: int, k: int, key: Any, day: int, now: int, shelf: Shelf, shoppers: Shoppers, offer: Offer, goods: Range,
    rules: Rules,
) -> tuple[int, int]:  # fmt: skip
    """Choose an item of need k, buy what the shelf holds; returns (product, units), 0 units for nothing.

    The choice is a multinomial logit with an outside option: the largest of utility plus Gumbel noise.
    The noise is keyed by shopper, day, need and item, so the same shopper weighs the same items alike
    whatever the prices, and the unpromoted choice can be told beside the actual one.
    """
    attraction, listed, promotion = goods.attraction, shelf.listed, offer.promotion
    log_list, log_price, gumbel, normal, taste = (
        offer.log_list,
        offer.log_price,
        rules.gumbel,
        rules.normal,
        rules.taste,
    )
    taste_key, price, pull = shoppers.taste_key[c], shoppers.price[c], shoppers.promotion[c]
    usual = _usual(c, k, shoppers, goods)
    outside = np.int64(goods.outside[k]) + gumbel[fold(key, 1 << 20) >> TO_14]
    best, choice = outside, -1
    plain, unpromoted = outside, -1
    for p in range(np.int64(goods.first[k]), np.int64(goods.first[k + 1])):
        if not listed[p]:
            continue
        likes = attraction[p] + _liking(p, key, taste_key, taste, normal, gumbel)
        if p == usual:
            likes += rules.habit
        u = u0 = likes - ((price * log_list[p]) >> PRICE_BITS)
        if promotion[p] != 0:
            u = likes - ((price * log_price[p]) >> PRICE_BITS) + pull
        if u0 > plain:
            plain, unpromoted = u0, p
        if u > best:
            best, choice = u, p
    if shoppers.stocked[c, k] == ASKED:
        shoppers.stocked[c, k] = 0
    if unpromoted >= 0 and offer.promotion[unpromoted] != 0:
        chance = min((goods.multi_unit[unpromoted] * shoppers.units[c]) >> 10, _MOST_CHANCE)
        units = _units(fold(key, unpromoted + (1 << 21)), chance)
        shelf.baseline[unpromoted] += min(units, shelf.on_hand[unpromoted]) if rules.finite_stock else units
    if choice < 0:
        return 0, 0
    chance = (goods.multi_unit[choice] * shoppers.units[c]) >> 10
    if offer.promotion[choice] != 0 and _room(c, k, day, shoppers) >= 2 * goods.lasts[k]:
        chance += rules.deal_units
    quantity = _units(fold(key, choice + (1 << 21)), min(chance, _MOST_CHANCE))
    shelf.wanted[choice] += quantity
    if shelf.on_hand[choice] < quantity and not rules.finite_stock:
        missing = quantity - shelf.on_hand[choice]
        shelf.on_hand[choice] += missing
        shelf.received[choice] += missing
    taken = choice
    if shelf.on_hand[choice] == 0:
        reaction = np.int64(fold(key, 1 << 22) >> TO_30)
        taken = -1
        if reaction < rules.substitute:
            same = bool(reaction < rules.same_brand)
            taken = _substitute(c, k, key, choice, same, shelf, shoppers, offer, goods, rules)
        if taken < 0:
            if rules.substitute <= reaction < rules.delay:
                shoppers.stocked[c, k] = ASKED
            shelf.lost[choice] += quantity
            return 0, 0
        shelf.substituted[choice] += quantity
        quantity = min(quantity, shelf.on_hand[taken])
    elif shelf.on_hand[choice] < quantity:
        shelf.lost[choice] += quantity - shelf.on_hand[choice]
        quantity = shelf.on_hand[choice]
    shelf.on_hand[taken] -= quantity
    shelf.sold[taken] += quantity
    if offer.promotion[taken] != 0:
        shelf.promoted_sold[taken] += quantity
    shelf.changed_at[taken] = now
    shelf.dirty[taken] = True
    shoppers.habit[c, k] = taken - goods.first[k] + 1
    if rules.fullness > 0:
        _put_away(c, k, day, quantity, shoppers, goods)
    return taken, quantity


@inlined
def _usual(c: int, k: int, shoppers: Shoppers, goods: Range) -> int:
    """The item of need k that the shopper bought last, or -1."""
    habit = np.int64(shoppers.habit[c, k])
    return int(goods.first[k] + habit - 1 if habit > 0 else -1)


@inlined
def _liking(p: int, key: Any, taste_key: Any, taste: int, normal: I64, gumbel: I32) -> int:
    """The shopper's lasting taste for item p, and today's."""
    return int(((normal[fold(taste_key, p) >> TO_12] * taste) >> 10) + gumbel[fold(key, p) >> TO_14])


@inlined
def _substitute(
    c: int, k: int, key: Any, choice: int, same_brand: bool, shelf: Shelf, shoppers: Shoppers, offer: Offer,
    goods: Range, rules: Rules,
) -> int:  # fmt: skip
    """The best item of need k on the shelf, of the brand of `choice` or of another; any if there is none; -1."""
    taste_key, price = shoppers.taste_key[c], shoppers.price[c]
    usual = _usual(c, k, shoppers, goods)
    best, found = -(1 << 60), -1
    any_best, any_found = -(1 << 60), -1
    for p in range(np.int64(goods.first[k]), np.int64(goods.first[k + 1])):
        if not shelf.listed[p] or shelf.on_hand[p] == 0:
            continue
        u = goods.attraction[p] + _liking(p, key, taste_key, rules.taste, rules.normal, rules.gumbel)
        if p == usual:
            u += rules.habit
        u -= (price * offer.log_price[p]) >> PRICE_BITS
        if offer.promotion[p] != 0:
            u += shoppers.promotion[c]
        if u > any_best:
            any_best, any_found = u, p
        if u > best and (goods.brand[p] == goods.brand[choice]) == same_brand:
            best, found = u, p
    return found if found >= 0 else any_found

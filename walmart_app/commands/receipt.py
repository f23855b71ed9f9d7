"""What an order costs: prices and tax from the store's offers, rounded as the simulator rounds. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from walmart_app.queries.offers import CENT, Offer


@dataclass(frozen=True)
class OrderLine:
    """What a client asks for; a product stands on one line only."""

    product_id: int
    quantity: int


@dataclass(frozen=True)
class ReceiptLine:
    """A line with its prices of one, in dollars."""

    line_number: int
    product_id: int
    quantity: int
    list_price: Decimal
    unit_price: Decimal
    promotion_id: int | None


@dataclass(frozen=True)
class Receipt:
    """An order priced; dollars. `total_amount` is without tax."""

    lines: tuple[ReceiptLine, ...]
    item_count: int
    discount_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal


def receipt(lines: Sequence[OrderLine], offers: Mapping[int, Offer], sales_tax_pct: Decimal) -> Receipt:
    """Price the lines by the offers (by product_id, one for each line).

    Tax is computed once, on the sum of what is taxable, and rounded half a cent up.
    """
    priced = []
    total = listed = taxed = Decimal(0)
    for number, line in enumerate(lines, start=1):
        offer = offers[line.product_id]
        price = offer.unit_price
        priced.append(ReceiptLine(number, line.product_id, line.quantity, offer.list_price, price, offer.promotion_id))
        total += line.quantity * price
        listed += line.quantity * offer.list_price
        if offer.taxable:
            taxed += line.quantity * price
    tax = (taxed * sales_tax_pct / 100).quantize(CENT, ROUND_HALF_UP)
    return Receipt(tuple(priced), sum(line.quantity for line in lines), listed - total, tax, total)

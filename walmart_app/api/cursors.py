"""Where a page of a list goes on: the last row's place in the order, as opaque text.

The text carries the order it belongs to, so that a cursor of another order is refused instead of giving rows
that make no sense. It holds nothing that the row itself does not show.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from walmart_app.api.values import LARGEST_LONG, plain
from walmart_app.queries.errors import InvalidValue

CursorText = Annotated[
    str | None,
    BeforeValidator(plain),
    StringConstraints(min_length=1, max_length=400),
    Field(description="`next` of the page before; give the same filters and the same order with it"),
]
Next = Annotated[str | None, Field(description="give it as `after` to get the next page; null: this is the last")]
Reading = Callable[[Any], Any]


def whole(value: Any) -> int:
    """A number of a row."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_LONG:
        raise ValueError(value)
    return value


def text(value: Any) -> str:
    """Text of a row."""
    if not isinstance(value, str) or "\x00" in value or len(value) > 200:
        raise ValueError(value)
    value.encode()  # a lone surrogate is no text that a row can hold
    return value


def money(value: Any) -> str:
    """An amount, as text."""
    try:
        amount = Decimal(text(value))
    except InvalidOperation:
        raise ValueError(value) from None
    if not amount.is_finite() or abs(amount) > 10**12:
        raise ValueError(value)
    return str(amount)


def instant(value: Any) -> str:
    """An instant with its offset, as ISO text."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None or not 1900 < found.year < 3000:
        raise ValueError(value)
    return found.isoformat()


def cursor(order: str, *place: Any) -> str:
    """The text for a place in an order."""
    packed = json.dumps([order, *(part if isinstance(part, int) else str(part) for part in place)]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def place(given: str | None, order: str, *readings: Reading) -> tuple[Any, ...] | None:
    """The place that a cursor holds, None for none.

    Raises:
        InvalidValue: it is not a cursor of this order.
    """
    if given is None:
        return None
    try:
        packed = base64.b64decode(given.encode("ascii") + b"=" * (-len(given) % 4), altchars=b"-_", validate=True)
        found: Sequence[Any] = json.loads(packed)
        if not isinstance(found, list) or len(found) != len(readings) + 1 or found[0] != order:
            raise ValueError(found)
        return tuple(read(part) for read, part in zip(readings, found[1:], strict=True))
    except (ValueError, OverflowError, RecursionError, binascii.Error):
        allowed = "`next` of the page before, asked for in the same order"
        raise InvalidValue(field="after", value=given, allowed=allowed) from None

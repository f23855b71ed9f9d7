"""The kinds of values that requests carry, each with its bounds; a refusal says what is allowed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DOLLARS = re.compile(r"[0-9]{1,7}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
LARGEST_NUMBER = 2**31 - 1  # of stores and products
LARGEST_LONG = 2**53 - 1  # of customers and transactions: exact in JSON


def refusal(allowed: str) -> PydanticCustomError:
    """The error that says what is allowed; validators raise it."""
    return PydanticCustomError("not_allowed", "must be {allowed}", {"allowed": allowed})


def _bounded(low: int, high: int, from_text: bool) -> BeforeValidator:
    allowed = f"a whole number from {low} to {high}"

    def check(value: Any) -> int:
        if from_text and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise refusal(allowed)
        return value

    return BeforeValidator(check)


def _schema(low: int, high: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})


def plain(value: Any) -> Any:
    """Text without control characters; other values as they are."""
    if isinstance(value, str) and any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise refusal(allowed="text without control characters")
    return value


def _iso_day(value: Any) -> Any:
    allowed = "a day as YYYY-MM-DD"
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise refusal(allowed)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise refusal(allowed=f"{allowed} that exists") from None


def _dollars(value: Any) -> Decimal:
    """From a URL: a JSON number, too, since that is what the description says of it."""
    if isinstance(value, str) and _DOLLARS.fullmatch(value) and 0 <= (amount := Decimal(value)) <= 1_000_000:
        return amount
    raise refusal(allowed="dollars from 0 to 1000000")


# in a JSON body a number must be a number; in a path or query everything is text
LineNumber = Annotated[int, _bounded(1, 10_000, False), _schema(1, 10_000)]
Quantity = Annotated[int, _bounded(1, 10_000, False), _schema(1, 10_000)]
Number = Annotated[int, _bounded(1, LARGEST_NUMBER, False), _schema(1, LARGEST_NUMBER)]
LongNumber = Annotated[int, _bounded(1, LARGEST_LONG, False), _schema(1, LARGEST_LONG)]
NumberInUrl = Annotated[int, _bounded(1, LARGEST_NUMBER, True), _schema(1, LARGEST_NUMBER)]
LongNumberInUrl = Annotated[int, _bounded(1, LARGEST_LONG, True), _schema(1, LARGEST_LONG)]
HistoryInUrl = Annotated[int, _bounded(1, 730, True), _schema(1, 730)]
DaysOfRun = Annotated[int, _bounded(1, 3650, False), _schema(1, 3650)]
LimitInUrl = Annotated[int, _bounded(1, 200, True), _schema(1, 200)]
DayInUrl = Annotated[date, BeforeValidator(_iso_day)]
Text = Annotated[str, BeforeValidator(plain), StringConstraints(min_length=1, max_length=100)]
Price = Annotated[
    Decimal,
    BeforeValidator(_dollars),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000}),
]
# exact to the cent: a float has room for 15 digits
Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]

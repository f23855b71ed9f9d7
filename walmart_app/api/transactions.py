"""GET /transactions.csv: receipts as a file, with the filters of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import astuple, fields, replace
from decimal import Decimal
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from walmart_app.api.access import Connected, MaySeeNames
from walmart_app.api.problems import described
from walmart_app.api.values import DayInUrl, NumberInUrl, Text, refusal
from walmart_app.queries.database import Database
from walmart_app.queries.receipts import Receipt, ReceiptFilter, receipts

router = APIRouter(tags=["transactions"])

_ROWS = 5_000  # of one query and one piece of the file
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ReceiptQuery(BaseModel):
    """Which receipts; all of them when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    first: DayInUrl | None = Field(None, alias="from", description="first day")
    last: DayInUrl | None = Field(None, alias="to", description="last day, included")
    store: NumberInUrl | None = Field(None, description="number of the store")
    channel: Literal["store", "pickup", "delivery", "api"] | None = None
    payment: Literal["cash", "debit", "credit", "mobile_wallet", "gift_card"] | None = None
    least: Decimal | None = Field(None, alias="min", ge=0, le=1_000_000, description="smallest total, dollars")
    most: Decimal | None = Field(None, alias="max", ge=0, le=1_000_000, description="largest total, dollars")
    search: Text | None = Field(
        None, alias="q", description="number of a receipt or customer, or how a customer's name or e-mail begins"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise refusal(allowed="days in order: `from` not after `to`")
        return self

    def filter(self) -> ReceiptFilter:
        """The conditions."""
        return ReceiptFilter(
            self.first, self.last, self.store, self.channel, self.payment, self.least, self.most, self.search or ""
        )


@router.get(
    "/transactions.csv",
    summary="Receipts as CSV, newest first",
    response_class=StreamingResponse,
    openapi_extra={"security": [{}]},  # the token may be left out, and then names are
    responses=described(422, 503)
    | {200: {"content": {"text/csv": {}}, "description": "a header, and a row a receipt"}},
)
async def transactions_csv(
    query: Annotated[ReceiptQuery, Query()], database: Connected, names: MaySeeNames
) -> StreamingResponse:
    """A million receipts are about 90 MB. What arrives while the file is sent is not in it.

    Customers' names are in it only with the token (or, where pages ask for a login, with that).
    """
    wanted = query.filter()
    first = await database.run(lambda connection: receipts(connection, wanted, limit=_ROWS))
    headers = {"Content-Disposition": 'attachment; filename="transactions.csv"'}
    return StreamingResponse(
        _file(database, wanted, first, names), media_type="text/csv; charset=utf-8", headers=headers
    )


async def _file(database: Database, wanted: ReceiptFilter, rows: list[Receipt], names: bool) -> AsyncIterator[str]:
    yield _lines([tuple(field.name for field in fields(Receipt))])
    while rows:
        shown = rows if names else [replace(row, customer_name=None) for row in rows]
        yield _lines([tuple(map(_value, astuple(row))) for row in shown])
        if len(rows) < _ROWS:
            return
        last = rows[-1].position("time")
        rows = await database.run(lambda connection, last=last: receipts(connection, wanted, after=last, limit=_ROWS))


def _lines(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _value(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

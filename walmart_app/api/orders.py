"""GET and POST /orders, and GET /orders/{transaction_id}."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Query, Response
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from walmart_app.api.access import Connected, IdempotencyKey, authorised
from walmart_app.api.cursors import CursorText, Next, cursor, instant, money, place, whole
from walmart_app.api.problems import described
from walmart_app.api.returns import ReturnedAnswer
from walmart_app.api.values import (
    DayInUrl,
    LimitInUrl,
    LongNumber,
    LongNumberInUrl,
    Money,
    Number,
    NumberInUrl,
    Quantity,
    refusal,
)
from walmart_app.commands import orders
from walmart_app.commands.receipt import OrderLine
from walmart_app.queries.database import Database
from walmart_app.queries.receipts import Position, Receipt, ReceiptFilter, Sort, receipts
from walmart_app.queries.returns import returned
from walmart_app.queries.transactions import Transaction, transaction
from walmart_app.queries.world import check_store

router = APIRouter(prefix="/orders", tags=["orders"])

_READINGS: dict[str, Any] = {"time": instant, "total": money, "items": whole}

MOST_LINES = 100


class OrderLineBody(BaseModel):
    """A product and how many of it."""

    model_config = ConfigDict(extra="forbid")

    product_id: Number
    quantity: Quantity


class OrderBody(BaseModel):
    """An order at one store. Prices are the store's and cannot be given."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "store_id": 1,
                    "customer_id": 42,
                    "payment_method": "credit",
                    "lines": [{"product_id": 1, "quantity": 2}, {"product_id": 17, "quantity": 1}],
                }
            ]
        },
    )

    store_id: Number
    customer_id: LongNumber | None = Field(None, description="a customer; left out: nobody known")
    payment_method: Literal["cash", "debit", "credit", "mobile_wallet", "gift_card"]
    lines: list[OrderLineBody] = Field(min_length=1, max_length=MOST_LINES)

    @field_validator("lines")
    @classmethod
    def _each_product_once(cls, lines: list[OrderLineBody]) -> list[OrderLineBody]:
        if len({line.product_id for line in lines}) < len(lines):
            raise refusal(allowed="lines of different products, one line for each")
        return lines

    def order(self) -> orders.NewOrder:
        """The order as the command takes it."""
        lines = tuple(OrderLine(line.product_id, line.quantity) for line in self.lines)
        return orders.NewOrder(self.store_id, self.customer_id, self.payment_method, lines)


class LineAnswer(BaseModel):
    """A line of a receipt; prices of one, in dollars."""

    model_config = ConfigDict(from_attributes=True)

    line_number: int = Field(examples=[1])
    product_id: int = Field(examples=[17])
    name: str = Field(examples=["Valley Farms Whole Milk"])
    quantity: int = Field(examples=[2])
    list_price: Money = Field(description="regular price that day", examples=[3.48])
    unit_price: Money = Field(description="price paid", examples=[2.78])
    line_amount: Money = Field(description="quantity x unit_price", examples=[5.56])
    promotion_id: int | None = Field(description="the promotion that lowered the price")


class OrderAnswer(BaseModel):
    """A transaction: header and lines. Dollars; `total_amount` is without tax."""

    transaction_id: int = Field(examples=[972900010000017])
    customer_id: int | None
    store_id: int = Field(examples=[1])
    transaction_date: date = Field(description="the store's day")
    transaction_timestamp: datetime = Field(description="UTC; of an order from the API the world's clock")
    channel: Literal["store", "pickup", "delivery", "api"]
    payment_method: str = Field(examples=["credit"])
    item_count: int = Field(description="units", examples=[2])
    discount_amount: Money = Field(examples=[1.4])
    tax_amount: Money = Field(examples=[0])
    total_amount: Money = Field(description="sum of the lines", examples=[5.56])
    order_sequence: int | None = Field(description="place among the orders from the API; null: not one of them")
    lines: list[LineAnswer]

    @classmethod
    def of(cls, found: Transaction) -> Self:
        """The answer for a transaction."""
        lines = [LineAnswer.model_validate(line) for line in found.lines]
        return cls(**vars(found.header), lines=lines)


@router.post(
    "",
    status_code=201,
    summary="Buy at a store",
    dependencies=[Depends(authorised)],
    responses=described(401, 409, 413, 422, 503),
)
async def place_order(
    body: OrderBody, response: Response, database: Connected, idempotency_key: IdempotencyKey = None
) -> OrderAnswer:
    """Take the order whole or not at all, at today's prices and promotions of the store.

    409 names what is short and how much is left. After a 503 it is not certain whether the order was taken:
    send it again with the same Idempotency-Key.
    """
    order = body.order()

    taken = await database.run(lambda connection: orders.take_order(connection, order, idempotency_key))
    found = taken.transaction
    response.headers["Location"] = f"/api/v1/orders/{found.header.transaction_id}"
    if taken.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return OrderAnswer.of(found)


class OrderSummary(BaseModel):
    """A transaction without its lines. Dollars; `total_amount` is without tax."""

    model_config = ConfigDict(from_attributes=True)

    transaction_id: int = Field(examples=[972900010000017])
    transaction_timestamp: datetime = Field(description="UTC; of an order from the API the world's clock")
    store_id: int = Field(examples=[1])
    customer_id: int | None
    channel: Literal["store", "pickup", "delivery", "api"]
    payment_method: str = Field(examples=["credit"])
    item_count: int = Field(description="units", examples=[2])
    discount_amount: Money = Field(examples=[1.4])
    total_amount: Money = Field(examples=[5.56])


class OrderPage(BaseModel):
    """A page of transactions."""

    data: list[OrderSummary]
    next: Next


class OrderQuery(BaseModel):
    """Which transactions, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="transactions on a page, 1 to 200")
    after: CursorText = None
    sort: Literal["time", "total", "items"] = "time"
    order: Literal["asc", "desc"] = "desc"
    first: DayInUrl | None = Field(None, alias="from", description="first day")
    last: DayInUrl | None = Field(None, alias="to", description="last day, included")
    store_id: NumberInUrl | None = None
    channel: Literal["store", "pickup", "delivery", "api"] | None = None
    payment_method: Literal["cash", "debit", "credit", "mobile_wallet", "gift_card"] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise refusal(allowed="days in order: `from` not after `to`")
        return self

    def filter(self) -> ReceiptFilter:
        """The conditions, without the page."""
        return ReceiptFilter(
            first=self.first,
            last=self.last,
            store_id=self.store_id,
            channel=self.channel,
            payment=self.payment_method,
        )


async def page_of_orders(
    database: Database, wanted: ReceiptFilter, sort: Sort, descending: bool, after: str | None, limit: int
) -> OrderPage:
    """A page of transactions in an order; `after` is the cursor of the page before.

    Raises:
        InvalidValue: the cursor is none of this order.
    """
    order = f"orders {sort} {'desc' if descending else 'asc'}"
    found = place(after, order, _READINGS[sort], whole)
    start = Position(str(found[0]), found[1]) if found else None

    def read(connection: Connection) -> list[Receipt]:
        if wanted.store_id is not None:
            check_store(connection, wanted.store_id)
        return receipts(connection, wanted, sort, descending=descending, after=start, limit=limit + 1)

    rows = await database.run(read)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        last = page[-1].position(sort)
        value: str | int = page[-1].item_count if sort == "items" else last.value
        following = cursor(order, value, last.transaction_id)
    return OrderPage(data=[OrderSummary.model_validate(row) for row in page], next=following)


@router.get("", summary="Transactions of all channels, page by page", responses=described(422, 503))
async def list_orders(query: Annotated[OrderQuery, Query()], database: Connected) -> OrderPage:
    """Newest first unless asked otherwise. Pages go on from a transaction, so arrivals shift none of them."""
    return await page_of_orders(database, query.filter(), query.sort, query.order == "desc", query.after, query.limit)


class OrderDetail(OrderAnswer):
    """A transaction, and what has come back of it."""

    returns: list[ReturnedAnswer]


@router.get("/{transaction_id}", summary="A transaction, of whatever channel", responses=described(404, 422, 503))
async def one_order(transaction_id: LongNumberInUrl, database: Connected) -> OrderDetail:
    """Header, lines and returns."""

    def read(connection: Connection) -> OrderDetail:
        found = OrderAnswer.of(transaction(connection, transaction_id))
        back = [ReturnedAnswer.model_validate(row) for row in returned(connection, transaction_id)]
        return OrderDetail(**found.model_dump(), returns=back)

    return await database.run(read)

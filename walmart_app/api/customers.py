"""GET /customers/{customer_id}: a customer with their orders; personal data, so with the token alone."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected, authorised
from walmart_app.api.cursors import CursorText
from walmart_app.api.orders import OrderPage, page_of_orders
from walmart_app.api.problems import described
from walmart_app.api.values import LimitInUrl, LongNumberInUrl
from walmart_app.queries.customers import customer
from walmart_app.queries.receipts import ReceiptFilter

router = APIRouter(prefix="/customers", tags=["customers"])


class CustomerAnswer(BaseModel):
    """A customer, and a page of their transactions, newest first."""

    model_config = ConfigDict(from_attributes=True)

    customer_id: int = Field(examples=[42])
    first_name: str = Field(examples=["Ada"])
    last_name: str = Field(examples=["Miller"])
    email: str = Field(examples=["ada.miller42@example.com"])
    gender: str
    birth_date: date
    city: str = Field(examples=["Atlanta"])
    state: str = Field(examples=["GA"])
    postal_code: str = Field(examples=["30303"])
    home_store_id: int = Field(description="the store they usually shop at", examples=[3])
    loyalty_tier: str = Field(examples=["gold"])
    joined_on: date
    orders: OrderPage


class CustomerQuery(BaseModel):
    """Which page of the customer's orders."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="orders on a page, 1 to 200")
    after: CursorText = None


@router.get(
    "/{customer_id}",
    summary="A customer with their orders",
    dependencies=[Depends(authorised)],
    responses=described(401, 404, 422, 503),
)
async def one_customer(
    customer_id: LongNumberInUrl, query: Annotated[CustomerQuery, Query()], database: Connected
) -> CustomerAnswer:
    """Who they are and what they bought; `orders.next` is the `after` of the next page."""
    found = await database.run(lambda connection: customer(connection, customer_id))
    wanted = ReceiptFilter(customer_id=customer_id)
    orders = await page_of_orders(database, wanted, "time", True, query.after, query.limit)
    return CustomerAnswer(**vars(found), orders=orders)

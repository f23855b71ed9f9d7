"""GET /inventory: what stores hold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected
from walmart_app.api.cursors import CursorText, Next, cursor, place, whole
from walmart_app.api.problems import described
from walmart_app.api.values import LimitInUrl, NumberInUrl, Text
from walmart_app.queries import stock

router = APIRouter(prefix="/inventory", tags=["inventory"])

_ORDER = "inventory"


class StockAnswer(BaseModel):
    """A product at a store, in units."""

    model_config = ConfigDict(from_attributes=True)

    store_id: int = Field(examples=[3])
    product_id: int = Field(examples=[17])
    name: str = Field(examples=["Valley Farms Whole Milk"])
    on_hand: int = Field(description="in the store", examples=[24])
    on_order: int = Field(description="under way to it", examples=[12])
    reorder_point: int = Field(description="stock position at or below which more is ordered", examples=[20])
    order_up_to: int = Field(description="stock position that an order restores", examples=[48])
    updated_at: datetime = Field(description="world time of the last change (UTC)")


class StockPage(BaseModel):
    """A page of stock."""

    data: list[StockAnswer]
    next: Next


class StockQuery(BaseModel):
    """Whose stock, and which page of it."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="rows on a page, 1 to 200")
    after: CursorText = None
    store_id: NumberInUrl | None = None
    product_id: NumberInUrl | None = None
    category: Text | None = Field(None, examples=["Dairy"])
    level: Literal["empty", "low"] | None = Field(
        None, description="empty: kept there and none left; low: at the reorder point or below"
    )


@router.get("", summary="Stock by store and product, page by page", responses=described(422, 503))
async def list_stock(query: Annotated[StockQuery, Query()], database: Connected) -> StockPage:
    """Rows in order of store and product, at each store's clock."""
    after = place(query.after, _ORDER, whole, whole) or (0, 0)
    found = await database.run(
        lambda connection: stock.stock(
            connection,
            store_id=query.store_id,
            product_id=query.product_id,
            category=query.category,
            level=query.level,
            after=(after[0], after[1]),
            limit=query.limit + 1,
        )
    )
    page = [StockAnswer.model_validate(row) for row in found[: query.limit]]
    more = len(found) > query.limit
    return StockPage(data=page, next=cursor(_ORDER, page[-1].store_id, page[-1].product_id) if more else None)

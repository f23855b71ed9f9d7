"""GET /stores and /stores/{store_id}."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected
from walmart_app.api.cursors import CursorText, Next, cursor, place, whole
from walmart_app.api.problems import described
from walmart_app.api.values import LimitInUrl, Money, NumberInUrl, Text
from walmart_app.queries import stores

router = APIRouter(prefix="/stores", tags=["stores"])

_ORDER = "stores"


class StoreAnswer(BaseModel):
    """A store of the chain."""

    model_config = ConfigDict(from_attributes=True)

    store_id: int = Field(examples=[3])
    name: str = Field(examples=["Atlanta Neighborhood Market"])
    format: str = Field(description="kind of store, by size", examples=["Neighborhood Market"])
    city: str = Field(examples=["Atlanta"])
    state: str = Field(examples=["GA"])
    region: str = Field(examples=["South"])
    latitude: float = Field(examples=[33.75])
    longitude: float = Field(examples=[-84.39])
    time_zone: str = Field(description="IANA name", examples=["America/New_York"])
    opened_on: date
    sales_tax_pct: Money = Field(description="percent, on taxable goods", examples=[8.9])
    clock: datetime | None = Field(description="instant up to which the store's world has gone (UTC)")


class StorePage(BaseModel):
    """A page of stores."""

    data: list[StoreAnswer]
    next: Next


class StoreQuery(BaseModel):
    """Which stores, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="stores on a page, 1 to 200")
    after: CursorText = None
    state: Text | None = Field(None, examples=["GA"])
    region: Text | None = None
    format: Text | None = None


@router.get("", summary="The stores, page by page", responses=described(422, 503))
async def list_stores(query: Annotated[StoreQuery, Query()], database: Connected) -> StorePage:
    """Stores in order of their number."""
    (after,) = place(query.after, _ORDER, whole) or (0,)
    found = await database.run(
        lambda connection: stores.stores(
            connection,
            state=query.state,
            region=query.region,
            format=query.format,
            after=after,
            limit=query.limit + 1,
        )
    )
    page = [StoreAnswer.model_validate(row) for row in found[: query.limit]]
    return StorePage(data=page, next=cursor(_ORDER, page[-1].store_id) if len(found) > query.limit else None)


@router.get("/{store_id}", summary="A store", responses=described(404, 422, 503))
async def one_store(store_id: NumberInUrl, database: Connected) -> StoreAnswer:
    """The store and its clock."""
    return StoreAnswer.model_validate(await database.run(lambda connection: stores.store(connection, store_id)))

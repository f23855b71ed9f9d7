"""GET /metrics/daily: sales by day, from the marts."""

from __future__ import annotations

import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from walmart_app.api.access import Connected
from walmart_app.api.problems import described
from walmart_app.api.values import DayInUrl, Money, NumberInUrl, refusal
from walmart_app.queries import sales

router = APIRouter(prefix="/metrics", tags=["metrics"])


class DailyMetrics(BaseModel):
    """A world day; dollars, tax apart from revenue."""

    model_config = ConfigDict(from_attributes=True)

    date: datetime.date
    revenue: Money = Field(examples=[41873.22])
    transactions: int = Field(examples=[2741])
    units: int = Field(examples=[12874])
    discount: Money = Field(description="given on list prices", examples=[1522.8])
    tax: Money = Field(examples=[811.04])
    unique_customers: int | None = Field(
        description=f"different members; null when the days have over {sales.MOST_RECEIPTS:,} transactions together",
        examples=[2210],
    )


class DailyMetricsAnswer(BaseModel):
    """Days without gaps, in order."""

    model_config = ConfigDict(from_attributes=True)

    data: list[DailyMetrics]
    count: int = Field(description="days", examples=[365])
    as_of: datetime.datetime = Field(description="transactions before it are in the figures (UTC)")


class DailyQuery(BaseModel):
    """Which days, and of which store."""

    model_config = ConfigDict(extra="forbid")

    first: DayInUrl | None = Field(None, alias="from", description="first day; left out: the company's first")
    last: DayInUrl | None = Field(None, alias="to", description="last day, included; left out: the newest")
    store_id: NumberInUrl | None = Field(None, description="left out: all stores")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise refusal(allowed="days in order: `from` not after `to`")
        return self


@router.get("/daily", summary="Sales by day", responses=described(422, 503))
async def daily(query: Annotated[DailyQuery, Query()], database: Connected) -> DailyMetricsAnswer:
    """Revenue, transactions, units and customers by day, as the marts have them."""
    found = await database.run(
        lambda connection: sales.daily_sales(connection, query.first, query.last, query.store_id)
    )
    data = [DailyMetrics.model_validate(day) for day in found.data]
    return DailyMetricsAnswer(data=data, count=len(data), as_of=found.as_of)

"""GET /forecast: the newest forecast of one series, and how wrong such forecasts were."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected
from walmart_app.api.problems import described
from walmart_app.api.values import HistoryInUrl, NumberInUrl, Text
from walmart_app.queries import forecasts
from walmart_app.queries.world import check_store

router = APIRouter(prefix="/forecast", tags=["predictions"])


class ForecastDayAnswer(BaseModel):
    """A day ahead; dollars or units."""

    model_config = ConfigDict(from_attributes=True)

    date: date
    horizon: int = Field(description="days ahead", examples=[1])
    mean: float = Field(examples=[41873.2])
    lower: float = Field(description="lower end of the interval that is made to hold 80 % of days", examples=[38120.5])
    upper: float = Field(examples=[45710.9])


class SoldDayAnswer(BaseModel):
    """What was sold on a day; dollars or units."""

    model_config = ConfigDict(from_attributes=True)

    date: date
    value: float = Field(examples=[40211.7])


class ScoreAnswer(BaseModel):
    """An error on days that the model had not seen."""

    model_config = ConfigDict(from_attributes=True)

    model: str = Field(examples=["seasonal_naive"])
    metric: str = Field(description="wape, bias, mase or coverage", examples=["wape"])
    value: float = Field(examples=[0.081])
    observations: int = Field(examples=[112])


class ForecastAnswer(BaseModel):
    """A forecast of one series."""

    measure: Literal["revenue", "units"]
    store_id: int | None
    category: str | None
    model: str = Field(description="the model whose forecast it is")
    as_of: date = Field(description="the last day that it has seen")
    sold: list[SoldDayAnswer]
    ahead: list[ForecastDayAnswer]
    scores: list[ScoreAnswer]


class ForecastQuery(BaseModel):
    """What is forecast: the company, a store, a category, or a category at a store."""

    model_config = ConfigDict(extra="forbid")

    measure: Literal["revenue", "units"] = "revenue"
    store_id: NumberInUrl | None = Field(None, description="left out: all stores")
    category: Text | None = Field(None, description="left out: all categories", examples=["Dairy"])
    history: HistoryInUrl = Field(56, description="days of sales before the forecast, 1 to 730")


@router.get("", summary="The newest forecast", responses=described(404, 422, 503))
async def newest(query: Annotated[ForecastQuery, Query()], database: Connected) -> ForecastAnswer:
    """Four weeks ahead, with what was sold before and the errors of the backtest."""
    by_store, by_category = query.store_id is not None, query.category is not None
    level = "store_category" if by_store and by_category else "store" if by_store else "category"
    level = level if by_store or by_category else "company"

    def read(connection: Connection) -> forecasts.Forecast:
        if query.store_id is not None:
            check_store(connection, query.store_id)
        key = next(
            (
                series.key
                for series in forecasts.series(connection, level, query.measure)
                if (series.store_id, series.category) == (query.store_id, query.category)
            ),
            query.category or str(query.store_id),
        )
        return forecasts.forecast(connection, level, query.measure, key, query.history)

    found = await database.run(read)
    return ForecastAnswer(
        measure=query.measure,
        store_id=query.store_id,
        category=query.category,
        model=found.model,
        as_of=found.as_of,
        sold=[SoldDayAnswer.model_validate(day) for day in found.sold],
        ahead=[ForecastDayAnswer.model_validate(day) for day in found.ahead],
        scores=[ScoreAnswer.model_validate(score) for score in found.scores],
    )

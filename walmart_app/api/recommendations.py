"""GET /recommendations: what to offer to anybody, beside a product, or to a customer (personal: with the token)."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected, authorised
from walmart_app.api.problems import described
from walmart_app.api.values import LongNumberInUrl, Money, NumberInUrl
from walmart_app.queries import recommendations

router = APIRouter(prefix="/recommendations", tags=["predictions"])


class Recommended(BaseModel):
    """A product to offer."""

    model_config = ConfigDict(from_attributes=True)

    product_id: int = Field(examples=[17])
    name: str = Field(examples=["Valley Farms Whole Milk"])
    category: str = Field(examples=["Dairy"])
    list_price: Money = Field(description="the chain's regular price, dollars", examples=[3.48])
    rank: int = Field(description="1 is the best", examples=[1])
    score: float = Field(examples=[0.42])
    reason: str = Field(examples=["bought by people who bought Winslow Honey Milk"])


class QualityAnswer(BaseModel):
    """How often recommendations to customers were right on days that they had not seen."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    metric: str
    k: int = Field(description="how many were offered", examples=[10])
    value: float
    observations: int = Field(description="customers")


class PopularAnswer(BaseModel):
    """What to offer to anybody."""

    as_of: date = Field(description="the last day that the recommendations have seen")
    data: list[Recommended]
    quality: list[QualityAnswer]


class CustomerOffers(BaseModel):
    """What to offer to a customer; empty for one without recent purchases."""

    customer_id: int = Field(examples=[42])
    as_of: date
    data: list[Recommended]


class BoughtTogether(BaseModel):
    """A product bought together with another: `lift` is how many times as often as by chance."""

    model_config = ConfigDict(from_attributes=True)

    product_id: int = Field(examples=[31])
    name: str = Field(examples=["Goldcrest Corn Flakes"])
    category: str = Field(examples=["Breakfast"])
    list_price: Money = Field(examples=[4.28])
    rank: int = Field(examples=[1])
    baskets: int = Field(description="that hold both", examples=[212])
    support: float = Field(description="their share of all baskets", examples=[0.021])
    confidence: float = Field(description="their share of the baskets with the first product", examples=[0.18])
    lift: float | None = Field(examples=[2.3])


class ProductCompanions(BaseModel):
    """What is bought together with a product."""

    product_id: int = Field(examples=[17])
    as_of: date
    baskets: int = Field(description="with the product", examples=[1180])
    data: list[BoughtTogether]


@router.get("", summary="What to offer to anybody", responses=described(422, 503))
async def popular(database: Connected) -> PopularAnswer:
    """The best of the last weeks, and how good the recommendations to customers were."""

    def read(connection: Connection) -> PopularAnswer:
        return PopularAnswer(
            as_of=recommendations.newest(connection),
            data=[Recommended.model_validate(row) for row in recommendations.popular(connection)],
            quality=[QualityAnswer.model_validate(row) for row in recommendations.quality(connection)],
        )

    return await database.run(read)


@router.get("/products/{product_id}", summary="What is bought with a product", responses=described(404, 422, 503))
async def companions(product_id: NumberInUrl, database: Connected) -> ProductCompanions:
    """Best first."""

    def read(connection: Connection) -> ProductCompanions:
        as_of = recommendations.newest(connection)
        card, together = recommendations.product(connection, product_id, as_of)
        data = [BoughtTogether.model_validate(row) for row in together]
        return ProductCompanions(product_id=product_id, as_of=as_of, baskets=card.baskets, data=data)

    return await database.run(read)


@router.get(
    "/customers/{customer_id}",
    summary="What to offer to a customer",
    dependencies=[Depends(authorised)],
    responses=described(401, 404, 422, 503),
)
async def offers(customer_id: LongNumberInUrl, database: Connected) -> CustomerOffers:
    """Best first, each with its reason, which tells what the customer bought."""

    def read(connection: Connection) -> CustomerOffers:
        as_of = recommendations.newest(connection)
        recommendations.customer(connection, customer_id)
        data = [Recommended.model_validate(row) for row in recommendations.offered(connection, customer_id)]
        return CustomerOffers(customer_id=customer_id, as_of=as_of, data=data)

    return await database.run(read)

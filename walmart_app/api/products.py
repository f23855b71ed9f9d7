"""GET /products and /products/{product_id}: the catalogue, and what stores hold of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected
from walmart_app.api.problems import described
from walmart_app.api.values import AfterInUrl, LimitInUrl, Money, NumberInUrl, Text
from walmart_app.queries import offers, products

router = APIRouter(prefix="/products", tags=["products"])


class ProductAnswer(BaseModel):
    """A product of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    product_id: int = Field(examples=[17])
    sku: str = Field(examples=["10134623"])
    name: str = Field(examples=["Valley Farms Whole Milk"])
    brand: str = Field(examples=["Valley Farms"])
    department: str = Field(examples=["Grocery"])
    category: str = Field(examples=["Dairy"])
    subcategory: str = Field(examples=["Milk"])
    pack_size: str = Field(examples=["1 gal"])
    list_price: Money = Field(description="the chain's regular price today, dollars", examples=[3.48])
    private_label: bool = Field(description="whether it is the chain's own brand")
    perishable: bool
    taxable: bool = Field(description="whether sales tax is due on it")
    launched_on: date
    discontinued_on: date | None = Field(description="first day on which it is no longer sold")


class StoreOffer(BaseModel):
    """A product at one store, on the world day of the store's clock."""

    store_id: int = Field(examples=[3])
    store_name: str = Field(examples=["Atlanta Neighborhood Market"])
    listed: bool = Field(description="whether the store sells it")
    on_hand: int = Field(description="units in the store", examples=[24])
    on_order: int = Field(description="units under way to it", examples=[12])
    list_price: Money = Field(description="regular price there, dollars", examples=[3.48])
    unit_price: Money = Field(description="what one costs there now, dollars, tax apart", examples=[2.78])
    promotion_id: int | None
    discount_pct: Money = Field(description="percent off the regular price", examples=[20])
    updated_at: datetime | None = Field(description="world time of the last change of stock (UTC)")


class ProductDetail(ProductAnswer):
    """A product with its stores."""

    stores: list[StoreOffer]


class ProductPage(BaseModel):
    """A page of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    data: list[ProductAnswer]
    count: int = Field(description="products that match, on all pages", examples=[1500])
    next: int | None = Field(
        description="give it as `after` to get the next page; null: this is the last", examples=[50]
    )


class ProductQuery(BaseModel):
    """Which products, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="products on a page, 1 to 200")
    after: AfterInUrl = Field(0, description="only products with a higher number: `next` of the page before")
    department: Text | None = Field(None, examples=["Grocery"])
    category: Text | None = Field(None, examples=["Dairy"])
    brand: Text | None = None
    private_label: bool | None = Field(None, description="true: only the chain's own brands; false: none of them")
    search: Text | None = Field(
        None, description="text in name, brand or SKU, in any case of letters", examples=["milk"]
    )

    def filter(self) -> products.ProductFilter:
        """The conditions, without the page."""
        return products.ProductFilter(self.department, self.category, self.brand, self.private_label, self.search)


@router.get("", summary="The catalogue, page by page", responses=described(422, 503))
async def list_products(query: Annotated[ProductQuery, Query()], database: Connected) -> ProductPage:
    """Products in order of their number."""
    wanted = query.filter()
    page = await database.run(lambda connection: products.products(connection, wanted, query.after, query.limit))
    return ProductPage.model_validate(page)


@router.get("/{product_id}", summary="A product, with price and stock by store", responses=described(404, 422, 503))
async def one_product(product_id: NumberInUrl, database: Connected) -> ProductDetail:
    """The product and every store that lists or holds it."""

    def read(connection: Connection) -> ProductDetail:
        found = products.product(connection, product_id)
        stores = [
            StoreOffer(
                store_id=item.offer.store_id,
                store_name=item.store_name,
                listed=item.offer.listed,
                on_hand=item.on_hand,
                on_order=item.on_order,
                list_price=item.offer.list_price,
                unit_price=item.offer.unit_price,
                promotion_id=item.offer.promotion_id,
                discount_pct=item.offer.discount_pct,
                updated_at=item.updated_at,
            )
            for item in offers.offers_of_product(connection, product_id)
        ]
        return ProductDetail(**ProductAnswer.model_validate(found).model_dump(), stores=stores)

    return await database.run(read)

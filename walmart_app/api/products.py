"""GET /products and /products/{product_id}: the catalogue, and what stores hold of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from walmart_app.api.access import Connected
from walmart_app.api.cursors import CursorText, Next, cursor, money, place, text, whole
from walmart_app.api.problems import described
from walmart_app.api.values import LimitInUrl, Money, NumberInUrl, Price, Text
from walmart_app.queries import offers, products
from walmart_app.queries.world import check_store

router = APIRouter(prefix="/products", tags=["products"])

_READINGS: dict[str, Any] = {"number": whole, "name": text, "price": money}


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

    data: list[ProductAnswer]
    count: int = Field(description="products that match, on all pages", examples=[1500])
    next: Next


class ProductQuery(BaseModel):
    """Which products, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    limit: LimitInUrl = Field(50, description="products on a page, 1 to 200")
    after: CursorText = None
    sort: Literal["number", "name", "price"] = Field("number", description="what the products are in order of")
    order: Literal["asc", "desc"] = "asc"
    department: Text | None = Field(None, examples=["Grocery"])
    category: Text | None = Field(None, examples=["Dairy"])
    brand: Text | None = None
    private_label: bool | None = Field(None, description="true: only the chain's own brands; false: none of them")
    search: Text | None = Field(
        None, description="text in name, brand or SKU, in any case of letters", examples=["milk"]
    )

    least: Price | None = Field(None, alias="min_price", description="lowest regular price, dollars")
    most: Price | None = Field(None, alias="max_price", description="highest regular price, dollars")
    store_id: NumberInUrl | None = Field(None, description="only what this store lists now")

    def filter(self) -> products.ProductFilter:
        """The conditions, without the page."""
        return products.ProductFilter(
            self.department,
            self.category,
            self.brand,
            self.private_label,
            self.search,
            self.least,
            self.most,
            self.store_id,
        )


@router.get("", summary="The catalogue, page by page", responses=described(422, 503))
async def list_products(query: Annotated[ProductQuery, Query()], database: Connected) -> ProductPage:
    """Pages hold what was there when they were asked for; a product added meanwhile shifts none of them."""
    order = f"products {query.sort} {query.order}"
    after = place(query.after, order, _READINGS[query.sort], whole)

    def read(connection: Connection) -> products.ProductPage:
        if query.store_id is not None:
            check_store(connection, query.store_id)
        descending = query.order == "desc"
        return products.products(
            connection, query.filter(), query.sort, descending=descending, after=after, limit=query.limit
        )

    page = await database.run(read)
    data = [ProductAnswer.model_validate(found) for found in page.data]
    last = page.data[-1] if page.more else None
    following = cursor(order, getattr(last, products.SORTS[query.sort]), last.product_id) if last else None
    return ProductPage(data=data, count=page.count, next=following)


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

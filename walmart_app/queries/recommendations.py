"""What to offer to a customer, or beside a product, and how often such offers were right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotBuilt, NotFound
from walmart_app.queries.world import ensure_company

MOST = 20  # found by a search
BASKET_DAYS = 365  # days of receipts behind the recommendations, as loaders.predictions reads them


@dataclass(frozen=True)
class FoundCustomer:
    """A customer that a search found."""

    customer_id: int
    name: str
    email: str
    city: str
    has_recommendations: bool


@dataclass(frozen=True)
class FoundProduct:
    """A product that a search found."""

    product_id: int
    name: str
    sku: str
    category: str
    has_recommendations: bool


@dataclass(frozen=True)
class Customer:
    """A customer and what they have bought so far; dollars, tax apart."""

    customer_id: int
    name: str
    email: str
    city: str
    state: str
    loyalty_tier: str
    home_store: str
    joined_on: date
    order_count: int
    lifetime_revenue: Decimal
    last_order_on: date | None
    activity_status: str


@dataclass(frozen=True)
class Bought:
    """A product that a customer bought: on how many receipts, how many units, for how much, and when last."""

    product_id: int
    name: str
    category: str
    receipts: int
    units: int
    spent: Decimal
    last_on: date


@dataclass(frozen=True)
class Offered:
    """A product recommended to a customer."""

    product_id: int
    name: str
    category: str
    list_price: Decimal
    rank: int
    score: float
    reason: str


@dataclass(frozen=True)
class Together:
    """A product bought together with another.

    `baskets` hold both; `support` is their share of all baskets, `confidence` their share of the baskets with the
    first product; `lift` is how many times as many they are as by chance; `score` the lift drawn towards 1, by which
    they are ranked.
    """

    product_id: int
    name: str
    category: str
    list_price: Decimal
    rank: int
    baskets: int
    lift: float | None
    support: float
    confidence: float
    score: float


@dataclass(frozen=True)
class ProductCard:
    """A product, and in how many of all baskets it was."""

    product_id: int
    name: str
    sku: str
    brand: str
    category: str
    list_price: Decimal
    baskets: int
    all_baskets: int


@dataclass(frozen=True)
class Quality:
    """How often recommendations to customers were right on days that they had not seen, by model."""

    model: str
    metric: str
    k: int
    value: float
    observations: int


_NEWEST = "select max(as_of) from predictions.recommendations"
_FIRST_CUSTOMER = """
select r.customer_id from predictions.recommendations r
join analytics.customer_lifetime_value v using (customer_id)
where r.kind = 'customer' and r.rank = 1 order by v.orders_last_90_days desc, r.customer_id limit 1
"""
_FIRST_PRODUCT = """
select r.product_id from predictions.recommendations r
where r.kind = 'bought_together' and r.rank = 1 order by r.support desc, r.product_id limit 1
"""
_SEARCH_CUSTOMERS = r"""
select c.customer_id, c.first_name || ' ' || c.last_name as name, c.email, c.city,
       exists (select from predictions.recommendations r where r.kind = 'customer' and r.customer_id = c.customer_id)
           as has_recommendations
from analytics.stg_customers c
where c.customer_id = %(number)s
   or lower(c.first_name || ' ' || c.last_name) like %(start)s escape '\'
   or lower(c.last_name) like %(start)s escape '\'
   or lower(c.email) like %(start)s escape '\'
order by c.customer_id is distinct from %(number)s, has_recommendations desc, c.last_name, c.first_name, c.customer_id
limit %(most)s
"""
_SEARCH_PRODUCTS = r"""
select p.product_id, p.product_name as name, p.sku, p.category,
       exists (
           select from predictions.recommendations r where r.kind = 'bought_together' and r.product_id = p.product_id
       ) as has_recommendations
from analytics.stg_products p
where p.product_id = %(number)s or lower(p.product_name) like %(part)s escape '\'
   or lower(p.sku) like %(start)s escape '\'
order by p.product_id is distinct from %(number)s, lower(p.product_name) not like %(start)s escape '\',
         has_recommendations desc, p.product_name, p.product_id
limit %(most)s
"""
_CUSTOMER = """
select v.customer_id, c.first_name || ' ' || c.last_name as name, c.email, c.city, c.state, v.loyalty_tier,
       coalesce(s.store_name, 'none') as home_store, v.joined_on, v.order_count, v.lifetime_revenue, v.last_order_on,
       v.activity_status
from analytics.customer_lifetime_value v
join analytics.stg_customers c using (customer_id)
left join analytics.stg_stores s on s.store_id = v.home_store_id
where v.customer_id = %s
"""
_BOUGHT = """
with receipts as materialized (
    select transaction_id, transaction_date from analytics.stg_transactions where customer_id = %(id)s
),
lines as (
    select i.product_id, count(*) as receipts, sum(i.quantity)::bigint as units,
           sum(i.quantity * i.unit_price) as spent, max(i.transaction_date) as last_on
    from receipts r
    join public.transaction_items i
      on i.transaction_date = r.transaction_date and i.transaction_id = r.transaction_id
    group by i.product_id
)
select p.product_id, p.product_name as name, p.category, l.receipts, l.units, l.spent, l.last_on
from lines l join analytics.stg_products p using (product_id)
"""
_MOST = _BOUGHT + " order by l.receipts desc, l.units desc, p.product_id limit %(most)s"
_LAST = _BOUGHT + " order by l.last_on desc, l.spent desc, p.product_id limit %(most)s"
_OFFERED = """
select p.product_id, p.product_name as name, p.category, p.list_price, r.rank, r.score, r.reason
from predictions.recommendations r join analytics.stg_products p on p.product_id = r.recommended_product_id
where r.kind = 'customer' and r.customer_id = %s order by r.rank
"""
_POPULAR = """
select p.product_id, p.product_name as name, p.category, p.list_price, r.rank, r.score, r.reason
from predictions.recommendations r join analytics.stg_products p on p.product_id = r.recommended_product_id
where r.kind = 'popular' order by r.rank
"""
_BASKETS = """
select coalesce(sum(transaction_count), 0)::bigint from analytics.daily_sales_by_store
where sale_date > %(from)s and sale_date <= %(until)s
"""
_PRODUCT = """
select p.product_id, p.product_name as name, p.sku, p.brand, p.category, p.list_price,
       coalesce((select sum(d.line_count) from analytics.daily_sales_by_product d
                 where d.product_id = p.product_id and d.sale_date > %(from)s and d.sale_date <= %(until)s), 0)::bigint
           as baskets,
       %(all)s::bigint as all_baskets
from analytics.stg_products p where p.product_id = %(id)s
"""
# A product is on a receipt once, so its lines are its baskets.
_TOGETHER = """
select p.product_id, p.product_name as name, p.category, p.list_price, r.rank,
       round(r.support * %(all)s)::bigint as baskets,
       r.confidence * %(all)s / nullif((
           select sum(d.line_count) from analytics.daily_sales_by_product d
           where d.product_id = p.product_id and d.sale_date > %(from)s and d.sale_date <= %(until)s
       )::float8, 0) as lift,
       r.support, r.confidence, r.score
from predictions.recommendations r join analytics.stg_products p on p.product_id = r.recommended_product_id
where r.kind = 'bought_together' and r.product_id = %(id)s order by r.rank
"""
_QUALITY = """
select model, metric, k, value, observations from predictions.recommendation_errors
where kind = 'customer' and as_of = (select max(as_of) from predictions.recommendation_errors)
order by metric, model
"""


def newest(connection: Connection[Any]) -> date:
    """The last day that the recommendations saw.

    Raises:
        NotBuilt: nothing has been recommended yet.
        NoCompany: there is no company yet.
    """
    row = connection.execute(_NEWEST).fetchone()
    if row is None or row[0] is None:
        ensure_company(connection)
        message = "Nothing is recommended yet: the DAG walmart_analytics does it after the marts are built."
        raise NotBuilt(message)
    found: date = row[0]
    return found


def first_customer(connection: Connection[Any]) -> int | None:
    """A customer worth showing: of those with recommendations the one with the most receipts lately."""
    row = connection.execute(_FIRST_CUSTOMER).fetchone()
    return int(row[0]) if row else None


def first_product(connection: Connection[Any]) -> int | None:
    """A product worth showing: the one whose first companion shares the most baskets with it."""
    row = connection.execute(_FIRST_PRODUCT).fetchone()
    return int(row[0]) if row else None


def find_customers(connection: Connection[Any], text: str) -> list[FoundCustomer]:
    """Customers with this number, or whose name, last name or e-mail address begins so; at most MOST."""
    with connection.cursor(row_factory=class_row(FoundCustomer)) as cursor:
        return cursor.execute(_SEARCH_CUSTOMERS, _patterns(text)).fetchall()


def find_products(connection: Connection[Any], text: str) -> list[FoundProduct]:
    """Products with this number, with the text in their name, or whose SKU begins so; at most MOST."""
    with connection.cursor(row_factory=class_row(FoundProduct)) as cursor:
        return cursor.execute(_SEARCH_PRODUCTS, _patterns(text)).fetchall()


def customer(connection: Connection[Any], customer_id: int) -> Customer:
    """A customer.

    Raises:
        NotFound: there is none with this number.
    """
    with connection.cursor(row_factory=class_row(Customer)) as cursor:
        found = cursor.execute(_CUSTOMER, (customer_id,)).fetchone()
    if found is None:
        message = f"The company has no customer {customer_id}."
        raise NotFound(message)
    return found


def bought(connection: Connection[Any], customer_id: int, most: int) -> tuple[list[Bought], list[Bought]]:
    """What a customer bought on the most receipts, and what they bought last; up to the data's clock."""
    values = {"id": customer_id, "most": most}
    with connection.cursor(row_factory=class_row(Bought)) as cursor:
        return cursor.execute(_MOST, values).fetchall(), cursor.execute(_LAST, values).fetchall()


def offered(connection: Connection[Any], customer_id: int) -> list[Offered]:
    """What is recommended to a customer, best first; empty for one without recent purchases."""
    with connection.cursor(row_factory=class_row(Offered)) as cursor:
        return cursor.execute(_OFFERED, (customer_id,)).fetchall()


def popular(connection: Connection[Any]) -> list[Offered]:
    """What is recommended to whoever is not known."""
    with connection.cursor(row_factory=class_row(Offered)) as cursor:
        return cursor.execute(_POPULAR).fetchall()


def product(connection: Connection[Any], product_id: int, as_of: date) -> tuple[ProductCard, list[Together]]:
    """A product, and what is bought together with it, best first.

    Raises:
        NotFound: there is no product with this number.
    """
    values: dict[str, object] = {"id": product_id, "from": date.fromordinal(as_of.toordinal() - BASKET_DAYS)}
    values["until"] = as_of
    row = connection.execute(_BASKETS, values).fetchone()
    values["all"] = row[0] if row else 0
    with connection.cursor(row_factory=class_row(ProductCard)) as cursor:
        found = cursor.execute(_PRODUCT, values).fetchone()
    if found is None:
        message = f"The company has no product {product_id}."
        raise NotFound(message)
    with connection.cursor(row_factory=class_row(Together)) as cursor:
        return found, cursor.execute(_TOGETHER, values).fetchall()


def quality(connection: Connection[Any]) -> list[Quality]:
    """The newest scores; empty before there are any."""
    with connection.cursor(row_factory=class_row(Quality)) as cursor:
        return cursor.execute(_QUALITY).fetchall()


def _patterns(text: str) -> dict[str, object]:
    literal = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    number = int(literal) if literal.isascii() and literal.isdigit() and len(literal) < 10 else None
    return {"number": number, "start": f"{literal}%", "part": f"%{literal}%", "most": MOST}

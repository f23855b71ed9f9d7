"""What the recommendations page shows: a customer's or a product's, as the address says."""

from __future__ import annotations

import dataclasses
from datetime import date
from urllib.parse import urlencode

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.queries import recommendations
from walmart_app.queries.database import Conn
from walmart_app.queries.errors import NotBuilt, NotFound
from walmart_app.runtime import reader
from walmart_app.state.times import whole

_BOUGHT = 8  # rows of what a customer bought
_LONGEST = 60  # characters of a search that are read
_MODELS = {"item_cosine": "These recommendations", "popularity": "The most popular products"}


@dataclasses.dataclass
class FoundRow:
    """A customer or product that the search found."""

    title: str
    detail: str
    href: str
    without: bool


@dataclasses.dataclass
class BoughtRow:
    """A product that the customer bought; texts are ready to show."""

    key: str
    name: str
    href: str
    receipts: str
    units: str
    spent: str
    last_on: str


@dataclasses.dataclass
class OfferedRow:
    """A product to offer to the customer."""

    key: str
    rank: str
    name: str
    href: str
    category: str
    price: str
    reason: str


@dataclasses.dataclass
class TogetherRow:
    """A product bought together with the chosen one."""

    key: str
    rank: str
    name: str
    href: str
    category: str
    lift: str
    support: str
    baskets: str
    confidence: str
    words: str


@dataclasses.dataclass
class QualityRow:
    """How often one way to recommend was right."""

    key: str
    name: str
    hit_rate: str
    recall: str


@dataclasses.dataclass
class Fact:
    """A line about the chosen customer or product."""

    name: str
    value: str


class RecommendationsState(rx.State):
    """The page's substate."""

    loaded: bool = False
    problem: str = ""
    nothing: str = ""
    note: str = ""
    view: str = "customer"
    query: str = ""
    searched: bool = False
    found: rx.Field[list[FoundRow]] = rx.field(default_factory=list)
    found_said: str = ""
    made_from: str = ""
    chosen: str = ""
    title: str = ""
    subtitle: str = ""
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    most: rx.Field[list[BoughtRow]] = rx.field(default_factory=list)
    last: rx.Field[list[BoughtRow]] = rx.field(default_factory=list)
    offered: rx.Field[list[OfferedRow]] = rx.field(default_factory=list)
    is_popular: bool = False
    together: rx.Field[list[TogetherRow]] = rx.field(default_factory=list)
    quality: rx.Field[list[QualityRow]] = rx.field(default_factory=list)
    quality_said: str = ""

    @rx.event
    async def open(self) -> None:
        """Show what the address asks for; runs at every change of it."""
        given = self.router.url.query_parameters
        # without a number the address names the view alone: parameters without a value do not arrive
        is_product = "customer" not in given and ("product" in given or given.get("view") == "product")
        self.view = "product" if is_product else "customer"
        self.query = str(given.get("q", ""))[:_LONGEST]
        await self._load(str(given.get(self.view, "")).strip())

    @rx.event
    def find(self, text: str) -> rx.event.EventSpec | None:
        """Search customers or products; the question is kept in the address."""
        question = str(text)[:_LONGEST]
        chosen = {self.view: self.chosen} if self.chosen else {"view": self.view}
        if question.strip():
            chosen["q"] = question
        return rx.redirect(f"/recommendations?{urlencode(chosen)}", replace=True)

    @rx.event
    async def try_again(self) -> None:
        """Ask again after something was wrong."""
        await self._load(self.chosen)

    async def _load(self, given: str) -> None:
        is_product, question = self.view == "product", self.query.strip()
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None

        def work(connection: Conn) -> _Answer:
            return _answer(connection, is_product, number, question)

        try:
            answer = await reader().run(work)
        except NotBuilt as error:
            self.problem, self.nothing, self.loaded, self.made_from = "", str(error), True, ""
            return
        except WalmartSimError as error:
            self.problem, self.loaded = str(error), True
            return
        self.problem, self.nothing, self.loaded = "", "", True
        self.note = answer.note
        if given and number is None:
            self.note = f"“{given[:_LONGEST]}” is not a number of a {self.view}; this is an example."
        self._show_found(answer, question)
        self._show_quality(answer.quality)
        self.made_from = f"Made from receipts up to {answer.as_of:%A, %d %B %Y}."
        if answer.product is not None:
            self._show_product(answer.product, answer.together)
        elif answer.customer is not None:
            self._show_customer(answer)
        else:
            self.nothing = "No customer has bought anything lately, and no pair of products is often bought together."

    def _show_found(self, answer: _Answer, question: str) -> None:
        self.searched = bool(question)
        self.found = answer.found
        most = recommendations.MOST
        count = len(answer.found)
        some = f"The first {most}; type more to find fewer." if count == most else f"{count} found."
        self.found_said = some if count else f"No {self.view} matches “{question}”."

    def _show_quality(self, scores: list[recommendations.Quality]) -> None:
        by_model: dict[str, dict[str, recommendations.Quality]] = {}
        for score in scores:
            by_model.setdefault(score.model, {})[score.metric] = score
        self.quality = [
            QualityRow(
                model,
                _MODELS.get(model, model),
                _share(found["hit_rate"].value) if "hit_rate" in found else "",
                _share(found["recall"].value) if "recall" in found else "",
            )
            for model, found in sorted(by_model.items(), key=lambda item: (item[0] == "popularity", item[0]))
        ]
        self.quality_said = _verdict(by_model)

    def _show_customer(self, answer: _Answer) -> None:
        one = answer.customer
        assert one is not None
        self.chosen, self.title = str(one.customer_id), one.name
        self.subtitle = f"Customer {one.customer_id} · {one.email}"
        self.facts = [
            Fact("Home store", one.home_store),
            Fact("Lives in", f"{one.city}, {one.state}"),
            Fact("Loyalty tier", one.loyalty_tier),
            Fact("Orders", whole(one.order_count)),
            Fact("Revenue", f"${one.lifetime_revenue:,.2f}"),
            Fact("Last order", f"{one.last_order_on}" if one.last_order_on else "none yet"),
            Fact("Activity", one.activity_status),
        ]
        self.most, self.last = [_bought(row) for row in answer.most], [_bought(row) for row in answer.last]
        self.is_popular = not answer.offered
        self.offered = [_offered(row) for row in (answer.offered or answer.popular)]
        self.together = []

    def _show_product(self, one: recommendations.ProductCard, rows: list[recommendations.Together]) -> None:
        self.chosen, self.title = str(one.product_id), one.name
        self.subtitle = f"Product {one.product_id} · SKU {one.sku}"
        share = one.baskets / one.all_baskets if one.all_baskets else 0.0
        self.facts = [
            Fact("Brand", one.brand),
            Fact("Category", one.category),
            Fact("List price", f"${one.list_price:,.2f}"),
            Fact("In baskets", f"{one.baskets:,} of {one.all_baskets:,} ({share:.2%})"),
        ]
        self.together = [_together(row) for row in rows]
        self.most, self.last, self.offered = [], [], []


@dataclasses.dataclass
class _Answer:
    """What one look into the database gave."""

    as_of: date
    quality: list[recommendations.Quality]
    found: list[FoundRow]
    note: str = ""
    customer: recommendations.Customer | None = None
    most: list[recommendations.Bought] = dataclasses.field(default_factory=list)
    last: list[recommendations.Bought] = dataclasses.field(default_factory=list)
    offered: list[recommendations.Offered] = dataclasses.field(default_factory=list)
    popular: list[recommendations.Offered] = dataclasses.field(default_factory=list)
    product: recommendations.ProductCard | None = None
    together: list[recommendations.Together] = dataclasses.field(default_factory=list)


def _answer(connection: Conn, is_product: bool, number: int | None, question: str) -> _Answer:
    answer = _Answer(recommendations.newest(connection), recommendations.quality(connection), [])
    if is_product:
        if question:
            answer.found = [_found_product(one) for one in recommendations.find_products(connection, question)]
        if number is not None:
            try:
                answer.product, answer.together = recommendations.product(connection, number, answer.as_of)
            except NotFound as error:
                answer.note = f"{error} This is an example."
        first = recommendations.first_product(connection) if answer.product is None else None
        if first is not None:
            answer.product, answer.together = recommendations.product(connection, first, answer.as_of)
        return answer
    if question:
        answer.found = [_found_customer(one) for one in recommendations.find_customers(connection, question)]
    if number is not None:
        try:
            answer.customer = recommendations.customer(connection, number)
        except NotFound as error:
            answer.note = f"{error} This is an example."
    first = recommendations.first_customer(connection) if answer.customer is None else None
    if first is not None:
        answer.customer = recommendations.customer(connection, first)
    if answer.customer is not None:
        chosen = answer.customer.customer_id
        answer.most, answer.last = recommendations.bought(connection, chosen, _BOUGHT)
        answer.offered = recommendations.offered(connection, chosen)
        if not answer.offered:
            answer.popular = recommendations.popular(connection)
    return answer


def _found_customer(one: recommendations.FoundCustomer) -> FoundRow:
    detail = f"Customer {one.customer_id} · {one.email} · {one.city}"
    return FoundRow(one.name, detail, f"/recommendations?customer={one.customer_id}", not one.has_recommendations)


def _found_product(one: recommendations.FoundProduct) -> FoundRow:
    detail = f"Product {one.product_id} · SKU {one.sku} · {one.category}"
    return FoundRow(one.name, detail, product_address(one.product_id), not one.has_recommendations)


def product_address(product_id: int) -> str:
    """Where a product's companions are shown."""
    return f"/recommendations?product={product_id}"


def _bought(row: recommendations.Bought) -> BoughtRow:
    return BoughtRow(
        str(row.product_id),
        row.name,
        product_address(row.product_id),
        whole(row.receipts),
        whole(row.units),
        f"${row.spent:,.2f}",
        f"{row.last_on}",
    )


def _offered(row: recommendations.Offered) -> OfferedRow:
    return OfferedRow(
        str(row.product_id),
        str(row.rank),
        row.name,
        product_address(row.product_id),
        row.category,
        f"${row.list_price:,.2f}",
        row.reason,
    )


def _together(row: recommendations.Together) -> TogetherRow:
    times = f"{row.lift:.1f} times as often as by chance" if row.lift is not None else "more often than by chance"
    return TogetherRow(
        str(row.product_id),
        str(row.rank),
        row.name,
        product_address(row.product_id),
        row.category,
        f"{row.lift:.2f}" if row.lift is not None else "–",
        f"{row.support:.3%}",
        whole(row.baskets),
        f"{row.confidence:.1%}",
        f"Bought together {times}, in {row.baskets:,} {'basket' if row.baskets == 1 else 'baskets'}.",
    )


def _share(value: float) -> str:
    return f"{value:.1%}"


def _verdict(by_model: dict[str, dict[str, recommendations.Quality]]) -> str:
    own = next(
        (found["hit_rate"] for model, found in by_model.items() if model != "popularity" and "hit_rate" in found), None
    )
    if own is None:
        return ""
    said = (
        f"Of {own.observations:,} customers who bought something new to them on days that the model had not seen, "
        f"{own.value:.1%} found at least one of it among their {own.k} recommendations"
    )
    usual = by_model.get("popularity", {}).get("hit_rate")
    if usual is None:
        return f"{said}."
    difference = 100 * (own.value - usual.value)
    compared = (
        "as often" if abs(difference) < 0.05 else f"{abs(difference):.1f} points {'more' if difference > 0 else 'less'}"
    )
    return f"{said}: {compared} {'as' if compared == 'as often' else 'than'} with the {usual.k} most popular products."

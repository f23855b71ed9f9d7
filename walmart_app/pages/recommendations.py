"""Recommendations: for a customer with the reason, and what is bought together with a product."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.definition import definition
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.filters import field
from walmart_app.components.layout import card, frame, grid, page_heading
from walmart_app.components.table import cell, column, table
from walmart_app.state.recommendations import (
    BoughtRow,
    Fact,
    FoundRow,
    OfferedRow,
    QualityRow,
    RecommendationsState,
    TogetherRow,
)

ROUTE, TITLE = "/recommendations", "Recommendations · Walmart Sim"
DESCRIPTION = "Products to offer to a customer with the reason, and products that are bought together."
ON_LOAD = [RecommendationsState.open]

_IS_PRODUCT = RecommendationsState.view == "product"


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Recommendations",
            rx.cond(
                RecommendationsState.made_from != "",
                RecommendationsState.made_from,
                "What to offer to whom, and why.",
            ),
        ),
        rx.cond(RecommendationsState.problem != "", _problem()),
        _views(),
        _search(),
        rx.el.p(
            RecommendationsState.note,
            color=t.MUTED,
            font_size=t.SMALL,
            margin="0",
            role="status",
            id="recommendations-note",
        ),
        rx.cond(
            RecommendationsState.loaded,
            rx.cond(
                RecommendationsState.nothing != "",
                card(
                    "No recommendations",
                    "",
                    empty("sparkles", "Nothing is recommended yet", RecommendationsState.nothing),
                ),
                rx.cond(RecommendationsState.made_from != "", rx.cond(_IS_PRODUCT, _product(), _customer())),
            ),
            card("Recommendations", "Reads the newest ones.", loading("32px", 6)),
        ),
    )


def _problem() -> rx.Component:
    return rx.el.div(
        problem(RecommendationsState.problem, "recommendations-problem"),
        rx.button(
            "Try again",
            on_click=RecommendationsState.try_again,
            size="1",
            variant="outline",
            id="recommendations-retry",
        ),
        display="flex",
        flex_wrap="wrap",
        align_items="center",
        gap=t.SPACE_3,
    )


def _views() -> rx.Component:
    def view(text: str, icon: str, href: str, current: Any, element_id: str) -> rx.Component:
        return rx.link(
            rx.icon(icon, size=16, stroke_width=1.5, aria_hidden=True),
            text,
            href=href,
            id=element_id,
            underline="none",
            class_name="nav-link",
            font_size=t.SMALL,
            custom_attrs={"aria-current": rx.cond(current, "page", "false")},
        )

    return rx.el.nav(
        view("For a customer", "user", "/recommendations?view=customer", ~_IS_PRODUCT, "view-customer"),
        view("Bought together", "shopping-basket", "/recommendations?view=product", _IS_PRODUCT, "view-product"),
        custom_attrs={"aria-label": "Kinds of recommendations"},
        display="flex",
        gap=t.SPACE_1,
    )


def _search() -> rx.Component:
    return rx.el.div(
        field(
            rx.cond(_IS_PRODUCT, "Find a product", "Find a customer"),  # type: ignore[arg-type]
            RecommendationsState.query,
            RecommendationsState.find.debounce(250),
            "recommendations-search",
            type="search",
            placeholder=rx.cond(_IS_PRODUCT, "Name, SKU or number", "Name, e-mail or number"),
            maxlength="60",
        ),
        rx.cond(
            RecommendationsState.searched,
            rx.el.div(
                rx.el.p(
                    RecommendationsState.found_said,
                    color=t.MUTED,
                    font_size=t.SMALL,
                    margin=f"{t.SPACE_2} 0",
                    role="status",
                    id="recommendations-found",
                ),
                rx.cond(
                    RecommendationsState.found,
                    rx.el.ul(
                        rx.foreach(RecommendationsState.found, _found),
                        list_style="none",
                        margin="0",
                        padding="0",
                        max_height="320px",
                        overflow_y="auto",
                        border=t.LINE,
                        border_radius=t.RADIUS,
                        background=t.SURFACE,
                        id="recommendations-hits",
                        tab_index=0,
                        aria_label="Found",
                    ),
                ),
            ),
        ),
        max_width="560px",
        style={"& .field": {"width": "100%"}},
    )


def _found(row: rx.vars.ObjectVar[FoundRow]) -> rx.Component:
    return rx.el.li(
        rx.link(
            rx.el.span(row.title, font_weight="550"),
            rx.el.span(row.detail, color=t.MUTED, font_size=t.SMALL, overflow_wrap="anywhere"),
            rx.cond(
                row.without,
                rx.el.span("Nothing is recommended here yet.", color=t.MUTED, font_size=t.TINY),
                rx.fragment(),
            ),
            href=row.href,
            underline="none",
            color=t.TEXT,
            display="flex",
            flex_direction="column",
            padding=f"{t.SPACE_2} {t.SPACE_3}",
            style={"&:hover": {"background": "var(--gray-3)"}},
        ),
        key=row.href,
    )


def _customer() -> rx.Component:
    return rx.fragment(
        _wide_and_narrow(
            card(
                "What to offer to " + RecommendationsState.title,
                rx.cond(
                    RecommendationsState.is_popular,
                    "Nothing was bought in the last eight weeks, so these are the most popular products",
                    "Products that they have not bought in the last eight weeks, the best first",
                ),
                rx.cond(
                    RecommendationsState.offered,
                    table(
                        [column("Rank", figure=True), column("Product"), column("Price", figure=True), column("Why")],
                        rx.foreach(RecommendationsState.offered, _offered),
                        "Recommended products",
                    ),
                    empty("sparkles", "Nothing to offer", "There are no popular products either yet."),
                ),
                element_id="offered",
            ),
            _about(),
            _quality(),
        ),
        grid(
            card("What did they buy most?", "On the most receipts", _bought(RecommendationsState.most, "Bought most")),
            card("What did they buy last?", "The newest first", _bought(RecommendationsState.last, "Bought last")),
        ),
    )


def _product() -> rx.Component:
    return _wide_and_narrow(
        card(
            "What is bought together with " + RecommendationsState.title + "?",
            "Receipts of the last 365 days; ranked by the lift drawn towards 1 where few baskets were seen",
            rx.cond(
                RecommendationsState.together,
                table(
                    [
                        column("Rank", figure=True),
                        column("Product"),
                        column("Lift", figure=True),
                        column("Support", figure=True),
                        column("Confidence", figure=True),
                        column("Why"),
                    ],
                    rx.foreach(RecommendationsState.together, _together),
                    "Products bought together",
                ),
                empty(
                    "shopping-basket",
                    "Nothing is bought with it more often than by chance",
                    "A pair has to be in at least five baskets, and each product in twenty.",
                ),
            ),
            _meanings(),
            element_id="together",
        ),
        _about(),
        _quality(),
    )


def _meanings() -> rx.Component:
    return rx.el.p(
        definition("Lift", "recommendations"),
        ": how many times as many baskets hold both as would by chance. ",
        definition("Support", "recommendations"),
        ": the share of all baskets that hold both. ",
        definition("Confidence", "recommendations"),
        ": the share of the baskets with the first product that also hold the other.",
        color=t.MUTED,
        font_size=t.SMALL,
        margin="0",
    )


def _about() -> rx.Component:
    return card(
        RecommendationsState.title,
        RecommendationsState.subtitle,
        rx.el.dl(
            rx.foreach(RecommendationsState.facts, _fact),
            display="grid",
            grid_template_columns="max-content minmax(0, 1fr)",
            gap=f"{t.SPACE_1} {t.SPACE_4}",
            margin="0",
            font_size=t.SMALL,
        ),
        element_id="about",
    )


def _fact(fact: rx.vars.ObjectVar[Fact]) -> rx.Component:
    return rx.fragment(
        rx.el.dt(fact.name, color=t.MUTED), rx.el.dd(fact.value, margin="0", overflow_wrap="anywhere"), key=fact.name
    )


def _quality() -> rx.Component:
    return rx.cond(
        RecommendationsState.quality_said != "",
        card(
            "How often are they right?",
            RecommendationsState.quality_said,
            table(
                [
                    column("Way to recommend"),
                    column(definition("Hit rate", "recommendations"), figure=True),
                    column(definition("Recall", "recommendations"), figure=True),
                ],
                rx.foreach(RecommendationsState.quality, _quality_row),
                "Hit rate and recall beside popularity",
            ),
            element_id="quality",
        ),
    )


def _quality_row(row: rx.vars.ObjectVar[QualityRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.name),
        cell(row.hit_rate, figure=True, id="hit-rate-" + row.key.to(str)),
        cell(row.recall, figure=True),
        key=row.key,
    )


def _offered(row: rx.vars.ObjectVar[OfferedRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.rank, figure=True, color=t.MUTED),
        cell(_named(row.name, row.href, row.category)),
        cell(row.price, figure=True),
        cell(_wrapped(row.reason, "220px")),
        key=row.key,
    )


def _together(row: rx.vars.ObjectVar[TogetherRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.rank, figure=True, color=t.MUTED),
        cell(_named(row.name, row.href, row.category)),
        cell(row.lift, figure=True),
        cell(row.support, figure=True),
        cell(row.confidence, figure=True),
        cell(_wrapped(row.words, "200px")),
        key=row.key,
    )


def _named(name: Any, href: Any, category: Any) -> rx.Component:
    return _wrapped(
        rx.fragment(rx.link(name, href=href), rx.el.div(category, color=t.MUTED, font_size=t.TINY)), "180px"
    )


def _wrapped(content: Any, width: str) -> rx.Component:
    """Content of a cell that may take several lines."""
    return rx.el.div(content, white_space="normal", min_width=width)


def _wide_and_narrow(wide: rx.Component, *narrow: rx.Component | rx.Var) -> rx.Component:
    """What the page is about, and at its side what helps to judge it."""
    return rx.el.div(
        wide,
        rx.el.div(*narrow, display="flex", flex_direction="column", gap=t.SPACE_4, min_width="0"),
        display="grid",
        grid_template_columns=["minmax(0, 1fr)", "minmax(0, 1fr)", "minmax(0, 1fr)", "minmax(0, 2fr) minmax(0, 1fr)"],
        gap=t.SPACE_4,
        align_items="start",
    )


def _bought(rows: Any, label: str) -> rx.Component | rx.Var:
    return rx.cond(
        rows,
        table(
            [
                column("Product"),
                column("Receipts", figure=True),
                column("Units", figure=True),
                column("Spent", figure=True),
                column("Last"),
            ],
            rx.foreach(rows, _bought_row),
            label,
        ),
        empty("shopping-basket", "Nothing yet", "This customer has not bought anything so far."),
    )


def _bought_row(row: rx.vars.ObjectVar[BoughtRow]) -> rx.Component:
    return rx.el.tr(
        cell(_wrapped(rx.link(row.name, href=row.href), "150px")),
        cell(row.receipts, figure=True),
        cell(row.units, figure=True),
        cell(row.spent, figure=True),
        cell(row.last_on),
        key=row.key,
    )

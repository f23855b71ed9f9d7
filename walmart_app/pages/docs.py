"""The documentation: guides, decision records, search over all of them, and the way to dbt's own documentation."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import empty, loading
from walmart_app.components.filters import field
from walmart_app.components.layout import frame
from walmart_app.components.prose import STYLE, prose
from walmart_app.components.table import cell, column, table
from walmart_app.state.docs import BlockRow, DocsState, HitRow, PageLink, RecordRow

ROUTE, TITLE = "/docs/[[...splat]]", "Docs · Walmart Sim"
DESCRIPTION = "Guides, decision records, definitions of the figures, and search over all of them."
ON_LOAD = [DocsState.open]

_SIDE = "232px"


def page() -> rx.Component:
    """The whole page."""
    return frame(
        rx.el.div(
            _sidebar(),
            rx.el.div(
                rx.cond(DocsState.query != "", _results(), _article()),
                min_width="0",
                max_width=t.READING_WIDTH,
                flex="1 1 auto",
            ),
            rx.cond((DocsState.query == "") & DocsState.contents, _contents()),
            display="flex",
            flex_direction=["column", "column", "row"],
            gap=[t.SPACE_4, t.SPACE_4, "40px"],
            align_items=["stretch", "stretch", "flex-start"],
        )
    )


def _sidebar() -> rx.Component:
    return rx.el.aside(
        field(
            "Search the documentation",
            DocsState.query,
            DocsState.find.debounce(250),
            "docs-search",
            type="search",
            placeholder="Words that a page has",
        ),
        rx.el.div(_navigation("docs"), display=["none", "none", "block"]),
        rx.el.details(
            rx.el.summary("All pages", cursor="pointer", font_size=t.SMALL, font_weight="550", id="docs-all-pages"),
            rx.el.div(_navigation("docs-narrow"), margin_top=t.SPACE_3),
            display=["block", "block", "none"],
        ),
        width=["100%", "100%", _SIDE],
        flex="none",
        display="flex",
        flex_direction="column",
        gap=t.SPACE_4,
        position=["static", "static", "sticky"],
        top=t.SPACE_6,
        max_height=["none", "none", f"calc(100vh - {t.SPACE_6} * 2)"],
        overflow_y=["visible", "visible", "auto"],
        custom_attrs={"aria-label": "Find a page"},
        style={"& .field": {"width": "100%"}},
    )


def _navigation(prefix: str) -> rx.Component:
    return rx.el.nav(
        _group("Guides", DocsState.guides, f"{prefix}-guides"),
        _group("Decisions", DocsState.decisions, f"{prefix}-decisions"),
        _heading("Elsewhere"),
        rx.el.ul(
            _outside("Models and lineage (dbt)", "/dbt-docs/", f"{prefix}-dbt"),
            _outside("Interactive REST API", "/api/v1/docs", f"{prefix}-api"),
            **_LIST,
        ),
        custom_attrs={"aria-label": "Documentation"},
        id=f"{prefix}-navigation",
    )


_LIST: dict[str, Any] = {"list_style": "none", "margin": f"0 0 {t.SPACE_4}", "padding": "0"}


def _heading(text: str) -> rx.Component:
    return rx.el.p(
        text, color=t.MUTED, font_size=t.TINY, font_weight="550", margin=f"0 0 {t.SPACE_1}", padding="0 10px"
    )


def _group(title: str, links: Any, element_id: str) -> rx.Component:
    return rx.fragment(_heading(title), rx.el.ul(rx.foreach(links, _page_link), id=element_id, **_LIST))


def _page_link(link: rx.vars.ObjectVar[PageLink]) -> rx.Component:
    return rx.el.li(
        rx.link(
            link.title,
            href=link.href,
            underline="none",
            class_name="nav-link",
            font_size=t.SMALL,
            width="100%",
            white_space="normal",
            style={"padding": "4px 10px", "lineHeight": "1.35"},
            custom_attrs={"aria-current": rx.cond(link.current, "page", "false")},
        ),
        key=link.href,
    )


def _outside(text: str, href: str, element_id: str) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            text,
            rx.icon("arrow-up-right", size=14, stroke_width=1.5, aria_hidden=True),
            href=href,
            reload_document=True,  # no page of the router's
            id=element_id,
            class_name="nav-link",
            font_size=t.SMALL,
            style={"padding": "4px 10px"},
        )
    )


def _article() -> rx.Component:
    return rx.el.article(
        rx.heading(DocsState.title, as_="h1", size="7", weight="bold", id="docs-title"),
        rx.cond(
            DocsState.facts != "",
            rx.el.p(DocsState.facts, color=t.MUTED, font_size=t.SMALL, margin="6px 0 0", id="docs-facts"),
        ),
        rx.cond(
            DocsState.loaded,
            rx.cond(DocsState.found, _body(), _unknown()),
            rx.el.div(loading("20px", 8), margin_top=t.SPACE_6),
        ),
    )


def _body() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.foreach(DocsState.blocks, _block), margin_top=t.SPACE_4, style=STYLE),
        rx.cond(DocsState.records, _records()),
        rx.el.nav(
            rx.cond(
                DocsState.previous_href != "",
                _step("Before", DocsState.previous_title, DocsState.previous_href, "docs-previous", "left"),
                rx.el.span(),
            ),
            rx.cond(
                DocsState.next_href != "",
                _step("Next", DocsState.next_title, DocsState.next_href, "docs-next", "right"),
                rx.el.span(),
            ),
            custom_attrs={"aria-label": "Pages before and after"},
            display="grid",
            grid_template_columns="minmax(0, 1fr) minmax(0, 1fr)",
            gap=t.SPACE_4,
            border_top=t.LINE,
            margin_top=t.SPACE_8,
            padding_top=t.SPACE_4,
        ),
    )


def _block(block: rx.vars.ObjectVar[BlockRow]) -> rx.Component:
    return rx.fragment(
        rx.match(
            block.kind,
            ("h2", _titled(block, "h2", "5", "32px 0 10px")),
            ("h3", _titled(block, "h3", "4", "24px 0 8px")),
            ("h4", _titled(block, "h4", "3", "20px 0 6px")),
            prose(block.text),
        )
    )


def _titled(block: rx.vars.ObjectVar[BlockRow], level: Any, size: Any, margin: str) -> rx.Component:
    return rx.heading(
        block.text,
        rx.el.a(
            rx.icon("link", size=14, stroke_width=1.5, aria_hidden=True),
            href="#" + block.anchor.to(str),
            custom_attrs={"aria-label": "Link to “" + block.text.to(str) + "”"},
            class_name="anchor",
            style={"marginLeft": "8px", "opacity": "0", "&:focus-visible": {"opacity": "1"}},
        ),
        as_=level,
        size=size,
        weight="medium",
        id=block.anchor,
        margin=margin,
        scroll_margin_top="16px",
        style={"&:hover .anchor": {"opacity": "1"}},
    )


def _records() -> rx.Component:
    return rx.el.div(
        table(
            [column("Record"), column("Status"), column("Date")],
            rx.foreach(DocsState.records, _record),
            "Decision records with status and date",
        ),
        id="docs-records",
    )


def _record(row: rx.vars.ObjectVar[RecordRow]) -> rx.Component:
    return rx.el.tr(
        cell(rx.link(row.title, href=row.href)),
        cell(rx.cond(row.status != "", row.status, "not given")),
        cell(rx.cond(row.date != "", row.date, "not given")),
        key=row.href,
    )


def _step(word: str, title: Any, href: Any, element_id: str, side: str) -> rx.Component:
    return rx.link(
        rx.el.span(word, color=t.MUTED, font_size=t.TINY, display="block"),
        title,
        href=href,
        id=element_id,
        underline="none",
        text_align=side,
        display="block",
        font_weight="550",
    )


def _contents() -> rx.Component:
    return rx.el.nav(
        rx.el.p("On this page", color=t.MUTED, font_size=t.TINY, font_weight="550", margin=f"0 0 {t.SPACE_2}"),
        rx.el.ul(
            rx.foreach(
                DocsState.contents,
                lambda link: rx.el.li(
                    rx.el.a(
                        link.title,
                        href=link.href,
                        color=t.MUTED,
                        font_size=t.SMALL,
                        text_decoration="none",
                        style={"&:hover": {"color": t.TEXT}},
                    ),
                    key=link.href,
                    padding_left=rx.cond(link.kind == "h3", t.SPACE_3, "0"),
                    margin="0 0 6px",
                    line_height="1.35",
                ),
            ),
            **_LIST,
        ),
        custom_attrs={"aria-label": "Contents of this page"},
        id="docs-contents",
        display=["none", "none", "none", "block"],
        width="200px",
        flex="none",
        position="sticky",
        top=t.SPACE_6,
        max_height=f"calc(100vh - {t.SPACE_6} * 2)",
        overflow_y="auto",
    )


def _results() -> rx.Component:
    return rx.el.div(
        rx.heading("Search: " + DocsState.query, as_="h1", size="6", weight="bold", overflow_wrap="anywhere"),
        rx.el.p(DocsState.hits_said, color=t.MUTED, margin=f"4px 0 {t.SPACE_4}", role="status", id="docs-found"),
        rx.cond(
            DocsState.hits,
            rx.el.ol(rx.foreach(DocsState.hits, _hit), list_style="none", margin="0", padding="0", id="docs-hits"),
            empty("search-x", "Nothing found", "Try fewer words, or a part of one."),
        ),
    )


def _hit(hit: rx.vars.ObjectVar[HitRow]) -> rx.Component:
    return rx.el.li(
        rx.link(
            hit.title,
            rx.cond(hit.section != "", " › " + hit.section.to(str), ""),
            href=hit.href,
            font_weight="550",
        ),
        rx.el.p(
            hit.before,
            rx.el.mark(hit.match, background="var(--yellow-4)", color="inherit"),
            hit.after,
            color=t.MUTED,
            font_size=t.SMALL,
            margin="2px 0 0",
            overflow_wrap="anywhere",
        ),
        key=hit.href,
        padding=f"{t.SPACE_3} 0",
        border_top=t.LINE,
    )


def _unknown() -> rx.Component:
    return rx.el.div(
        empty(
            "file-x",
            "The documentation has no page at this address",
            "It may have been renamed. Search for it, or choose a page from the list.",
            rx.link("To the start of the documentation", href="/docs"),
        ),
        id="docs-unknown",
    )

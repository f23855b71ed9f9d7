"""Where one can go: the bar at the top, and the sidebar of the dashboard."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t

_TOP = (
    ("Pipeline", "/", "workflow"),
    ("Simulation", "/simulation", "flask-conical"),
    ("Dashboard", "/dashboard", "layout-dashboard"),
    ("Forecast", "/forecast", "trending-up"),
    ("Recommendations", "/recommendations", "sparkles"),
    ("Docs", "/docs", "book-open"),
)
_DASHBOARD = (
    ("Dashboard", "/dashboard", "chart-line"),
    ("Transactions", "/dashboard/transactions", "receipt-text"),
    ("Monitoring", "/dashboard/monitoring", "activity"),
)


def top_bar() -> rx.Component:
    """Brand, pages, theme switch."""
    return rx.el.header(
        rx.el.div(
            rx.el.a(
                rx.el.img(src="/favicon.svg", alt="", style={"width": "24px", "height": "24px"}),
                rx.el.span("Walmart Sim", font_weight="650"),
                href="/",
                display="flex",
                align_items="center",
                gap=t.SPACE_2,
                color=t.TEXT,
                text_decoration="none",
                white_space="nowrap",
            ),
            rx.el.nav(
                *[_link(title, path, icon, whole=path == "/") for title, path, icon in _TOP],
                aria_label="Pages",
                display="flex",
                gap=t.SPACE_1,
                overflow_x="auto",
                flex=["1 0 100%", "1 0 100%", "1 1 auto"],
                order=["3", "3", "0"],
            ),
            rx.color_mode.button(
                size="1",
                variant="ghost",
                custom_attrs={"aria-label": "Switch theme"},
                margin_left=["auto", "auto", "0"],
            ),
            display="flex",
            flex_wrap=["wrap", "wrap", "nowrap"],
            align_items="center",
            gap=f"{t.SPACE_2} {t.SPACE_6}",
            max_width=t.PAGE_WIDTH,
            margin="0 auto",
            padding=[f"{t.SPACE_2} {t.SPACE_4}", f"{t.SPACE_2} {t.SPACE_4}", f"{t.SPACE_2} {t.SPACE_6}"],
        ),
        border_bottom=t.LINE,
        background=t.SURFACE,
    )


def dashboard_bar() -> rx.Component:
    """The dashboard's sidebar; a row above the content on a narrow screen."""
    return rx.el.nav(
        *[_link(title, path, icon, whole=path == "/dashboard") for title, path, icon in _DASHBOARD],
        aria_label="Dashboard",
        display="flex",
        flex_direction=["row", "row", "column"],
        gap=t.SPACE_1,
        width=["100%", "100%", "184px"],
        flex="none",
        overflow_x="auto",
        position=["static", "static", "sticky"],
        top=t.SPACE_6,
        align_self="flex-start",
    )


def _link(title: str, path: str, icon: str, *, whole: bool) -> rx.Component:
    here = rx.State.router.url.path
    at = (here == path) | (here == f"{path}/") if whole else (here == path) | here.startswith(f"{path}/")
    return rx.link(
        rx.icon(icon, size=16, stroke_width=1.5, aria_hidden=True),
        title,
        href=path,
        underline="none",
        class_name="nav-link",
        font_size=t.SMALL,
        custom_attrs={"aria-current": rx.cond(at, "page", "false")},
    )

"""Markdown as the product shows it: no raw HTML, code as it is, wide tables in a box of their own."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t

_CODE = {"font_family": t.MONO, "font_size": t.SMALL}
STYLE: dict[str, Any] = {
    "line_height": "1.65",
    "font_size": "15px",
    "& p": {"margin": "0 0 14px"},
    "& ul, & ol": {"margin": "0 0 14px", "padding_left": "22px"},
    "& ul": {"list_style": "disc"},
    "& ol": {"list_style": "decimal"},
    "& li": {"margin": "4px 0"},
    "& li > p": {"margin": "0 0 6px"},
    "& blockquote": {"margin": "0 0 14px", "padding_left": "14px", "border_left": f"3px solid {t.LINE_COLOUR}"},
    "& code": {
        **_CODE,
        "background": t.RAISED,
        "padding": "1px 5px",
        "border_radius": "4px",
        "overflow_wrap": "anywhere",
    },
    "& pre": {
        **_CODE,
        "font_size": t.TINY,
        "background": t.RAISED,
        "border": t.LINE,
        "border_radius": t.RADIUS,
        "padding": "12px 14px",
        "margin": "0 0 16px",
        "overflow_x": "auto",
        "line_height": "1.5",
    },
    "& pre code": {
        "font_size": "inherit",
        "background": "none",
        "padding": "0",
        "white_space": "pre",
        "overflow_wrap": "normal",
    },
    "& td": {"vertical_align": "top", "white_space": "normal", "min_width": "96px"},
    "& td code": {"overflow_wrap": "normal"},
    "& a": {"color": t.ACCENT, "text_decoration": "underline", "text_underline_offset": "2px"},
    "& hr": {"border": "0", "border_top": t.LINE, "margin": "24px 0"},
}


def prose(text: Any) -> rx.Component:
    """Markdown without headings: the page makes those, with their anchors."""
    return rx.markdown(
        text,
        component_map={
            "p": rx.el.p,
            "ul": rx.el.ul,
            "ol": rx.el.ol,
            "li": rx.el.li,
            "a": _link,
            "code": rx.el.code,
            "pre": _code_block,
            "table": _table,
        },
        use_raw=False,
        use_math=False,
        use_katex=False,
        use_unwrap_images=False,
    )


def _link(value: Any) -> rx.Component:
    # not rx.el.a: that is the router's link, which takes its target when the page is compiled
    return rx.link(value)


def _code_block(value: Any, **_language: Any) -> rx.Component:
    return rx.el.pre(rx.el.code(value), tab_index=0)


def _table(value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.table(value, class_name="data-table"),
        tab_index=0,
        role="group",
        custom_attrs={"aria-label": "Table"},
        overflow_x="auto",
        border=t.LINE,
        border_radius=t.RADIUS,
        margin_bottom="16px",
    )

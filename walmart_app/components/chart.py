"""A chart in both themes. One bundle of Plotly everywhere, the smallest that has lines and bars."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t


def chart(figure: Any, label: str | rx.Var[str], height: int = 280, **events: Any) -> rx.Component:
    """The figure, `height` pixels high; `label` says in words what it shows. `events` such as on_click go to Plotly."""
    return rx.el.div(
        rx.plotly.basic(
            data=figure,
            layout=rx.color_mode_cond(light=_colours("light"), dark=_colours("dark")),
            config={"displayModeBar": False, "responsive": True},
            width="100%",
            height=f"{height}px",
            use_resize_handler=True,
            **events,
        ),
        role="img",
        custom_attrs={"aria-label": label},
        min_width="0",
        height=f"{height}px",
    )


def _colours(theme: str) -> dict[str, Any]:
    axis = {"gridcolor": t.CHART_GRID[theme]}
    paper = {"light": "#FFFFFF", "dark": "#18191B"}[theme]
    return {
        "font": {"color": t.CHART_TEXT[theme], "family": t.FONT, "size": 12},
        "hoverlabel": {"bgcolor": paper, "bordercolor": t.CHART_GRID[theme], "font": {"color": t.CHART_TEXT[theme]}},
        "xaxis": axis,
        "yaxis": axis,
    }

"""What all charts share: no frame, quiet grid, tabular figures. Text and grid colours come with the theme."""

from __future__ import annotations

import plotly.graph_objects as go

from walmart_app import tokens as t


def figure(height: int = 280, *, money: bool = False, from_zero: bool = True) -> go.Figure:
    """An empty figure in the product's look; `money` puts dollars on the vertical axis."""
    axis = {"showline": False, "zeroline": False, "ticks": "", "automargin": True, "fixedrange": True}
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8, "pad": 4},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": t.FONT, "size": 12},
            "colorway": list(t.CATEGORIES),
            "hovermode": "x unified",
            "hoverlabel": {"font": {"family": t.FONT, "size": 12}},
            "showlegend": False,
            "bargap": 0.25,
            "xaxis": {**axis, "showgrid": False},
            "yaxis": {
                **axis,
                "showgrid": True,
                "tickprefix": "$" if money else "",
                "tickformat": "~s",
                "rangemode": "tozero" if from_zero else "normal",
                "nticks": 5,
            },
        }
    )

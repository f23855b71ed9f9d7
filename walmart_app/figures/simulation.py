"""Charts of a run: one bar or point a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from walmart_app import tokens as t
from walmart_app.figures.base import figure


def by_day(days: Sequence[date], values: Sequence[float], unit: str, height: int, *, money: bool = False) -> go.Figure:
    """Bars of a value by day; `unit` stands behind the value under the pointer."""
    drawn = figure(height, money=money)
    drawn.add_bar(
        x=list(days),
        y=list(values),
        marker={"color": t.ACCENT_LINE},
        hovertemplate=f"{'$' if money else ''}%{{y:,.{2 if money else 0}f}} {unit}<extra></extra>",
    )
    drawn.update_xaxes(type="date", tickformat="%d %b", nticks=6, hoverformat="%a, %d %b %Y")
    return drawn

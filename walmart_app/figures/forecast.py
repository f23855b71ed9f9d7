"""The chart of a forecast: what was sold, what is expected, and the interval around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from walmart_app import tokens as t
from walmart_app.figures.base import figure

_BAND = "rgba(62, 99, 221, 0.18)"  # the accent, so faint that grid and text stay readable


def forecast_chart(
    sold: Sequence[tuple[date, float]],
    ahead: Sequence[tuple[date, float, float, float]],
    *,
    money: bool,
    height: int = 360,
) -> go.Figure:
    """Sold as (day, value); ahead as (day, expected, low, high). The forecast is dashed, so it does without colour."""
    drawn = figure(height, money=money)
    number = "$%{y:,.2f}" if money else "%{y:,.0f}"
    days = [day for day, *_ in ahead]
    drawn.add_scatter(
        x=days,
        y=[high for *_, high in ahead],
        mode="lines",
        line={"width": 0},
        name="High",
        hovertemplate=number,
    )
    drawn.add_scatter(
        x=days,
        y=[low for _, _, low, _ in ahead],
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=_BAND,
        name="Low",
        hovertemplate=number,
    )
    drawn.add_scatter(
        x=[day for day, _ in sold],
        y=[value for _, value in sold],
        mode="lines",
        line={"color": t.COMPARED, "width": 1.5},
        name="Sold",
        hovertemplate=number,
    )
    drawn.add_scatter(
        x=days,
        y=[mean for _, mean, _, _ in ahead],
        mode="lines",
        line={"color": t.ACCENT_LINE, "width": 2, "dash": "dash"},
        name="Expected",
        hovertemplate=number,
    )
    drawn.update_xaxes(hoverformat="%A, %d %B %Y", tickformat="%d %b\n%Y")
    if sold:
        cut = sold[-1][0].isoformat()
        drawn.add_shape(
            type="line", x0=cut, x1=cut, yref="paper", y0=0, y1=1, line={"color": t.COMPARED, "width": 1, "dash": "dot"}
        )
        drawn.add_annotation(
            x=cut, yref="paper", y=1, text="last day seen", showarrow=False, xanchor="right", xshift=-6, yanchor="top"
        )
    return drawn


def error_chart(points: Sequence[tuple[int, float]], height: int = 180) -> go.Figure:
    """The share of error by days ahead: (days, share)."""
    drawn = figure(height)
    drawn.add_bar(
        x=[days for days, _ in points],
        y=[value for _, value in points],
        marker={"color": t.ACCENT_LINE},
        name="Error",
        hovertemplate="%{y:.1%}",
    )
    drawn.update_yaxes(tickformat=".0%")
    drawn.update_xaxes(ticksuffix="", title={"text": "days ahead", "standoff": 4}, dtick=7, tick0=7)
    return drawn

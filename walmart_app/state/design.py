"""The design page's own controls; nothing here reaches beyond the page."""

from __future__ import annotations

import plotly.graph_objects as go
import reflex as rx

from walmart_app import tokens as t
from walmart_app.figures.base import figure
from walmart_app.figures.kpi import Kpi, kpi

_SHAPE = [12.0, 14.0, 13.5, 16.0, 19.0, 22.0, 17.0, 13.0, 15.0, 14.5, 17.0, 20.0, 24.0, 18.0]


class DesignState(rx.State):
    """What the page's examples hold."""

    chosen: str = "all"
    typed: str = ""
    panel_open: bool = False
    kpis: rx.Field[list[Kpi]] = rx.field(default_factory=list)
    line: go.Figure = go.Figure()

    @rx.event
    def show(self) -> None:
        """Draw the examples."""
        self.kpis = [
            kpi("up", "More, and good", "1,204", 1204, 1100, _SHAPE, "A figure that rose."),
            kpi("down", "Less, and bad", "$18.20", 18.2, 19.9, _SHAPE[::-1], "A figure that fell."),
            kpi("worse", "More, and bad", "312", 312, 280, _SHAPE, "Stock-outs.", more_is_better=False),
            kpi("new", "Nothing to compare with", "7", 7, None, [], "The first period."),
        ]
        drawn = figure(220)
        drawn.add_scatter(y=_SHAPE, mode="lines", line={"color": t.ACCENT_LINE, "width": 2}, name="Now")
        drawn.add_scatter(y=_SHAPE[::-1], mode="lines", line={"color": t.COMPARED, "width": 1}, name="Before")
        self.line = drawn

    @rx.event
    def choose(self, value: str) -> None:
        """Keep the choice."""
        self.chosen = str(value)[:20]

    @rx.event
    def type_text(self, value: str) -> None:
        """Keep the text."""
        self.typed = str(value)[:100]

    @rx.event
    def open_panel(self) -> None:
        """Open the side panel."""
        self.panel_open = True

    @rx.event
    def close_panel(self, _open: bool = False) -> None:
        """Close it."""
        self.panel_open = False

    @rx.event
    def say(self) -> rx.event.EventSpec:
        """Show a toast."""
        return rx.toast.success("This is what a toast looks like.")

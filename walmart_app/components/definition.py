"""The name of a measure, which leads to its definition."""

from __future__ import annotations

import reflex as rx

from walmart_app.figures.kpi import DEFINITIONS


def definition(name: str | rx.Var[str], anchor: str) -> rx.Component:
    """A link to the section `anchor` of the page of metrics."""
    return rx.el.a(name, href=f"{DEFINITIONS}#{anchor}", title="What it means", class_name="kpi-title")

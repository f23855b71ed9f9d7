"""What an unknown address shows."""

from __future__ import annotations

import reflex as rx

from walmart_app.components.layout import frame


def page() -> rx.Component:
    """Says so, and leads home."""
    return frame(
        rx.heading("There is no such page", as_="h1", size="6"),
        rx.el.p(
            "The address may be mistyped, or the page has moved. ",
            rx.link("Back to the start", href="/", underline="always"),
        ),
    )

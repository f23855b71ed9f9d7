"""How a state looks: always an icon and a word, never colour alone."""

from __future__ import annotations

import reflex as rx

from walmart_app.components import tokens as t


def state_badge(state: rx.Var[str] | str) -> rx.Component:
    """A service's or run's state."""
    badge = rx.match(
        state,
        ("healthy", _badge("circle-check", "Healthy", t.GOOD)),
        ("success", _badge("circle-check", "Done", t.GOOD)),
        ("starting", _badge("loader-circle", "Starting", t.ACCENT, turning=True)),
        ("preparing", _badge("loader-circle", "Preparing", t.ACCENT, turning=True)),
        ("running", _badge("loader-circle", "Running", t.ACCENT, turning=True)),
        ("queued", _badge("clock", "Queued", t.MUTED)),
        ("idle", _badge("circle-dashed", "Not yet", t.MUTED)),
        ("waiting", _badge("clock", "Waiting", t.MUTED)),
        ("failing", _badge("triangle-alert", "Not answering", t.BAD)),
        ("failed", _badge("triangle-alert", "Failed", t.BAD)),
        ("cancelled", _badge("circle-stop", "Cancelled", t.MUTED)),
        ("retrying", _badge("rotate-cw", "Trying again", t.WARN)),
        ("stopping", _badge("circle-stop", "Stopping", t.MUTED)),
        _badge("circle-stop", "Stopped", t.MUTED),
    )
    return rx.fragment(badge)


def _badge(icon: str, word: str, colour: str, *, turning: bool = False) -> rx.Component:
    return rx.el.span(
        rx.icon(icon, size=16, stroke_width=1.5, class_name="turning" if turning else "", aria_hidden=True),
        word,
        color=colour,
        display="inline-flex",
        align_items="center",
        gap=t.SPACE_1,
        font_size=t.SMALL,
        white_space="nowrap",
    )

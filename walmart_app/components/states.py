"""How a state looks: always an icon and a word, never colour alone."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t

# state: icon, word, colour, whether the icon turns
STATES = {
    "healthy": ("circle-check", "Healthy", t.GOOD, False),
    "success": ("circle-check", "Done", t.GOOD, False),
    "starting": ("loader-circle", "Starting", t.ACCENT, True),
    "preparing": ("loader-circle", "Preparing", t.ACCENT, True),
    "running": ("loader-circle", "Running", t.ACCENT, True),
    "queued": ("clock", "Queued", t.MUTED, False),
    "idle": ("circle-dashed", "Not yet", t.MUTED, False),
    "waiting": ("clock", "Waiting", t.MUTED, False),
    "failing": ("triangle-alert", "Not answering", t.BAD, False),
    "failed": ("triangle-alert", "Failed", t.BAD, False),
    "cancelled": ("circle-stop", "Cancelled", t.MUTED, False),
    "retrying": ("rotate-cw", "Trying again", t.WARN, False),
    "warned": ("triangle-alert", "Warning", t.WARN, False),
    "skipped": ("skip-forward", "Skipped", t.MUTED, False),
    "paused": ("pause", "Paused", t.MUTED, False),
    "stopping": ("circle-stop", "Stopping", t.MUTED, False),
    "stopped": ("circle-stop", "Stopped", t.MUTED, False),
}


def state_badge(state: rx.Var[str] | str) -> rx.Component:
    """A service's, run's or task's state; one that is not known here shows as stopped."""
    if isinstance(state, str):
        return _badge(*STATES[state])
    return rx.fragment(
        rx.match(state, *[(name, _badge(*look)) for name, look in STATES.items()], _badge(*STATES["stopped"]))
    )


def _badge(icon: str, word: str, colour: str, turning: bool) -> rx.Component:
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

"""Controls that narrow down what a page shows. Native ones: they work with keyboard, screen reader and thumb."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t


def filter_bar(*controls: rx.Component | rx.Var, label: str = "Filters") -> rx.Component:
    """The controls in a row that wraps."""
    return rx.el.div(
        *controls,
        role="group",
        custom_attrs={"aria-label": label},
        display="flex",
        flex_wrap="wrap",
        align_items="flex-end",
        gap=t.SPACE_3,
    )


def labelled(label: str, control: rx.Component) -> rx.Component:
    """A control under its name."""
    return rx.el.label(
        rx.el.span(label, color=t.MUTED, font_size=t.TINY),
        control,
        display="flex",
        flex_direction="column",
        gap="2px",
        min_width="0",
    )


def select(label: str, value: Any, options: Any, on_change: Any, element_id: str) -> rx.Component:
    """Choose one: `options` is a state's list of (value, text) pairs, or a Python list of them."""
    choices = (
        [rx.el.option(text, value=key) for key, text in options]
        if isinstance(options, (list, tuple))
        else [rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0], key=pair[0]))]
    )
    return labelled(label, rx.el.select(*choices, value=value, on_change=on_change, class_name="field", id=element_id))


def field(label: str, value: Any, on_change: Any, element_id: str, **properties: Any) -> rx.Component:
    """Text, a number or a day: say `type=`. `on_change` comes when typing pauses; the cursor stays where it is."""
    properties.setdefault("type", "text")
    control = rx.el.input(value=value, on_change=on_change, class_name="field", id=element_id, **properties)
    return labelled(label, control)

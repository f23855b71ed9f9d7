"""What event handlers take. It comes over the websocket from anybody, and Reflex does not check it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import reflex as rx

# All that our handlers take; a page asks for nothing else. Annotations are text, as every module postpones them.
_TYPES: dict[str, type] = {"str": str, "bool": bool}
MOST_CHARACTERS = 4000  # far more than any field or address holds


def product_handlers() -> dict[str, Callable[..., Any]]:
    """Every event handler that we wrote, by its full name as it comes over the websocket."""
    found = {}
    todo: list[type[rx.State]] = [rx.State]
    while todo:
        state = todo.pop()
        todo.extend(state.get_substates())  # type: ignore[arg-type]
        for name, handler in state.event_handlers.items():
            if handler.fn.__module__.startswith("walmart_app."):
                found[f"{state.get_full_name()}.{name}"] = handler.fn
    return found


def misfit(handler: Callable[..., Any], payload: object) -> str:
    """Why a handler does not take a payload; empty when it does. Never repeats what was sent."""
    if not isinstance(payload, dict):
        return "the arguments are not named"
    parameters = dict(list(inspect.signature(handler).parameters.items())[1:])  # without self
    if not payload.keys() <= parameters.keys():
        return "an argument that it does not take"
    for name, parameter in parameters.items():
        if name not in payload:
            if parameter.default is inspect.Parameter.empty:
                return f"no {name}"
        elif reason := _wrong(payload[name], _TYPES.get(str(parameter.annotation))):
            return f"{name} {reason}"
    return ""


def _wrong(value: object, wanted: type | None) -> str:
    if wanted is None:
        return "is of a kind that no page sends"
    if type(value) is not wanted:
        return f"is {type(value).__name__}, not {wanted.__name__}"
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            return f"has more than {MOST_CHARACTERS} characters"
        # neither a database nor an address can hold these
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            return "has characters that are none"
    return ""

"""Which events change something outside the page: they are marked where they are written, and guarded in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import reflex as rx

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__changes_something__"


def changes(handler: F) -> F:
    """Mark an event handler that starts, stops or writes anything; it stands under `@rx.event`."""
    setattr(handler, _MARK, True)
    return handler


def changing_events() -> frozenset[str]:
    """The full names of all marked events, as they come over the websocket."""
    names = set()
    todo: list[type[rx.State]] = [rx.State]
    while todo:
        state = todo.pop()
        todo.extend(state.get_substates())  # type: ignore[arg-type]
        for name, handler in state.event_handlers.items():
            if getattr(handler.fn, _MARK, False):
                names.add(f"{state.get_full_name()}.{name}")
    return frozenset(names)

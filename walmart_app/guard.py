"""One guard before every event.

Any program that reaches the websocket can call any public event, on any page, with any arguments. Arguments that no
page of ours sends are refused before a handler sees them. Reading is free for all who may open the page; what
changes something must come from a page of ours in a browser, which is what the Origin header says: a script on
another site cannot forge it. On an address other than loopback the websocket itself has asked for the login before
(`walmart_app.api.protection`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

from reflex.app import App
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.config import get_config
from reflex_base.event import Event

from walmart_app.state.arguments import misfit, product_handlers
from walmart_app.state.changes import changing_events

_log = logging.getLogger(__name__)


class Guard(Middleware):
    """Drops an event that does not fit, or that would change something from elsewhere; the log says so."""

    @cached_property
    def _guarded(self) -> frozenset[str]:
        return changing_events()

    @cached_property
    def _handlers(self) -> dict[str, Callable[..., Any]]:
        return product_handlers()

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event pass; an empty update ends it here."""
        if event.name in self._guarded:
            origin = state.router.headers.origin
            if origin not in get_config().cors_allowed_origins:
                why = f"it came from the origin {origin!r}, not from a page of this product"
                return _refuse(event.name, why)
        if event.name.endswith(".setvar"):  # Reflex has it on every state; no page of ours uses it
            return _refuse(event.name, "no page of this product sets variables by name")
        handler = self._handlers.get(event.name)
        if handler is not None and (why := misfit(handler, event.payload)):
            return _refuse(event.name, why)
        return None


def _refuse(event: str, why: str) -> StateUpdate:
    _log.warning("Refused %s: %s.", event, why)
    return StateUpdate()

"""One guard before every event that changes something.

Any program that reaches the websocket can call any public event, on any page. Reading is free for all who may open
the page; what changes something must come from a page of ours in a browser, which is what the Origin header says:
a script on another site cannot forge it. On an address other than loopback the websocket itself has asked for the
login before (`walmart_app.api.protection`).
"""

from __future__ import annotations

import logging
from functools import cached_property

from reflex.app import App
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.config import get_config
from reflex_base.event import Event

from walmart_app.state.changes import changing_events

_log = logging.getLogger(__name__)


class Guard(Middleware):
    """Drops a changing event that does not come from one of our pages; the log says so."""

    @cached_property
    def _guarded(self) -> frozenset[str]:
        return changing_events()

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event pass; an empty update ends it here."""
        if event.name not in self._guarded:
            return None
        origin = state.router.headers.origin
        if origin in get_config().cors_allowed_origins:
            return None
        _log.warning("Refused %s: it came from the origin %r, not from a page of this product.", event.name, origin)
        return StateUpdate()

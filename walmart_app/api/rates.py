"""How often a client may ask: a bucket for each address, and one for each token that is shown."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from loaders.settings import Settings
from walmart_app.api.access import bearer_matches
from walmart_app.api.problems import problem

MINUTE = 60.0
_MOST_CLIENTS = 10_000


class Buckets:
    """Buckets that hold a minute's requests and fill up evenly (the generic cell rate algorithm)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}  # when the bucket of a name will be full again

    def take(self, limits: dict[str, int]) -> tuple[str, float] | None:
        """Take one request from each name's bucket (name → requests a minute), or from none of them.

        None when all had one left; otherwise the name whose bucket is empty, and seconds until it is not.
        """
        now = self._clock()
        if len(self._full_at) > _MOST_CLIENTS:
            self._forget(now)
        after = {name: max(self._full_at.get(name, now), now) + MINUTE / limit for name, limit in limits.items()}
        for name, full_at in after.items():
            if full_at - now > MINUTE:
                return name, full_at - now - MINUTE
        self._full_at |= after
        return None

    def _forget(self, now: float) -> None:
        """Drop full buckets; of too many others keep the emptiest, which are the busiest clients'."""
        waiting = sorted(((full_at, name) for name, full_at in self._full_at.items() if full_at > now), reverse=True)
        self._full_at = {name: full_at for full_at, name in waiting[: _MOST_CLIENTS // 2]}


class RateLimit:
    """ASGI middleware: 429 under /api/ for an address or a token that asks more often than the settings allow."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings, self._buckets = app, settings, Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before anything else looks at it."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        limits = {_network(scope): self._settings.api_client_rate}
        kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and bearer_matches(self._settings, given.strip()):
            limits["token"] = self._settings.api_token_rate
        empty = self._buckets.take(limits)
        if empty is None:
            await self._app(scope, receive, send)
            return
        name, seconds = empty[0], math.ceil(empty[1])
        who = "This token" if name == "token" else "This address"
        detail = f"{who} may make {limits[name]:,} requests a minute: wait {seconds} seconds. Nothing was changed."
        headers = {"Retry-After": str(seconds), "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        await problem(429, detail, headers=headers)(scope, receive, send)


def _network(scope: Scope) -> str:
    """The client's address; of IPv6 the network, of which one client has all addresses."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)

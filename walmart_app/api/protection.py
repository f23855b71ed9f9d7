"""What every answer and every connection goes through: security headers, and a login off loopback."""

from __future__ import annotations

import base64
import binascii
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loaders.settings import Settings
from walmart_app.api.access import bearer_matches
from walmart_app.api.problems import problem

_POLICY = "; ".join(
    [
        "default-src 'self'",
        # Reflex's own scripts: an inline one that sets the theme, and run_script for toasts
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'self'",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
# what the API answers is nobody's but the asker's, and old the next moment
_API_HEADERS = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}
_FOREVER = "public, max-age=31536000, immutable"  # the names of built assets carry their content's hash


class Protection:
    """ASGI middleware: security headers on all, and unless we listen on loopback a login.

    The login is HTTP Basic (user admin); programs may show API_TOKEN as a bearer token to the REST API instead.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._expected = None if settings.on_loopback else f"admin:{settings.secret('admin_password')}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if it may pass."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not self._may_pass(scope["path"], Headers(scope=scope)):
            await self._refuse(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, self._with_headers(scope, send))
        else:
            await self._app(scope, receive, send)

    def _may_pass(self, path: str, headers: Headers) -> bool:
        if self._expected is None:
            return True
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and path.startswith("/api/v1/"):
            return bearer_matches(self._settings, given.strip())
        if kind.lower() != "basic":
            return False
        try:
            return secrets.compare_digest(base64.b64decode(given, validate=True), self._expected)
        except (binascii.Error, ValueError):
            return False

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {"WWW-Authenticate": 'Basic realm="Walmart Sim"'}
        detail = "Log in as admin with ADMIN_PASSWORD."
        if scope["path"].startswith("/api/"):
            await problem(401, f"{detail} Programs may show API_TOKEN as a bearer token.", headers=headers)(
                scope, receive, send
            )
            return
        await PlainTextResponse(detail, 401, headers)(scope, receive, send)

    @staticmethod
    def _with_headers(scope: Scope, send: Send) -> Send:
        path: str = scope["path"]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                answers = path.startswith("/api/") and not path.startswith("/api/v1/docs")
                for name, value in (_HEADERS | (_API_HEADERS if answers else {})).items():
                    headers.setdefault(name, value)
                if path.startswith("/assets/") and message["status"] == 200:
                    headers["cache-control"] = _FOREVER
            await send(message)

        return sending

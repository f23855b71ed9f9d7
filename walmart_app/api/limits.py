"""How much a client may send."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from walmart_app.api.problems import problem

MOST_BYTES = 256 * 1024
_DETAIL = f"A body may have {MOST_BYTES // 1024} kB at most; nothing was changed."


class BodyLimit:
    """ASGI middleware: a body under /api/ beyond the limit is refused, by what it says of itself or while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its body."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > MOST_BYTES):
            await problem(413, _DETAIL)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > MOST_BYTES:
                    raise HTTPException(413, _DETAIL)
            return message

        await self._app(scope, counted, send)

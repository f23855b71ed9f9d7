"""The FastAPI application that carries REST API and pages on one port."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Match

from loaders.settings import Settings
from walmart_app.api import (
    customers,
    dbt_docs,
    docs,
    forecast,
    health,
    inventory,
    metrics,
    orders,
    problems,
    products,
    recommendations,
    returns,
    runs,
    stores,
    transactions,
)
from walmart_app.api.limits import BodyLimit
from walmart_app.api.origins import OpenedOrigins
from walmart_app.api.protection import Protection
from walmart_app.api.rates import RateLimit
from walmart_app.queries.database import Database

_PARTS = (
    health,
    products,
    stores,
    inventory,
    orders,
    returns,
    customers,
    transactions,
    metrics,
    forecast,
    recommendations,
    runs,
)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_DESCRIPTION = """
The company's catalogue, orders and sales. Reading is free; buying takes the token of the setting `API_TOKEN`.
Money is in dollars, days are the stores' own, instants are UTC. Errors are `application/problem+json`.
"""


def build(settings: Settings) -> FastAPI:
    """The application with its routes; Reflex is mounted behind them. Connects to nothing before it is asked."""
    database = Database(settings, "app")

    @contextlib.asynccontextmanager
    async def closing(_api: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    api = FastAPI(
        title="Walmart Sim",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=closing,
    )
    api.state.settings, api.state.database = settings, database
    api.add_middleware(BodyLimit)
    api.add_middleware(Protection, settings=settings)
    if settings.cors_origins:
        api.add_middleware(OpenedOrigins, settings=settings)  # before the login: browsers ask without one
    api.add_middleware(RateLimit, settings=settings)  # before the login, so that nobody tries passwords for long
    api.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts)
    version = APIRouter(prefix="/api/v1")
    for part in _PARTS:
        version.include_router(part.router)
    api.include_router(version)
    docs.add(api)
    dbt_docs.add(api, settings)
    problems.register(api)
    return api


def close(api: FastAPI) -> None:
    """Answer unknown API paths as the API, not with the site's page; call it after the last route."""
    known = list(api.router.routes)

    @api.api_route("/api/v1/{rest:path}", methods=_METHODS, include_in_schema=False)
    def unknown(rest: str, request: Request) -> JSONResponse:
        allowed: set[str] = set()
        for route in known:
            if route.matches(request.scope)[0] is Match.PARTIAL:
                allowed |= getattr(route, "methods", None) or set()
        if allowed:
            methods = ", ".join(sorted(allowed))
            return problems.problem(405, f"/api/v1/{rest} takes {methods} only.", headers={"Allow": methods})
        return problems.problem(404, f"There is no /api/v1/{rest}.")

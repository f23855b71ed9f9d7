"""The FastAPI application that carries REST API and pages on one port."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from loaders.settings import Settings
from walmart_app.api.protection import Protection
from walmart_app.services import report

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build(settings: Settings) -> FastAPI:
    """The application with its routes; Reflex is mounted behind them."""
    api = FastAPI(title="Walmart Sim", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    api.add_middleware(Protection, settings=settings)
    api.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts)

    @api.get("/api/v1/health", tags=["health"], summary="How every service is")
    def health() -> JSONResponse:
        """200 when all are healthy, 503 otherwise; the same that the page shows."""
        current = report.read(settings.state_dir)
        body = {"status": summary(current), "services": [asdict(part) for part in current.components]}
        return JSONResponse(body, status_code=200 if current.healthy and current.running else 503)

    _problems(api)
    return api


def close(api: FastAPI) -> None:
    """Answer unknown API paths as the API, not with the site's page; call it after the last route."""

    @api.api_route("/api/v1/{rest:path}", methods=_METHODS, include_in_schema=False)
    def unknown(rest: str) -> JSONResponse:
        return problem(404, "Not found", f"There is no /api/v1/{rest}.")


def summary(current: report.Report) -> str:
    """One word for all services."""
    if not current.running:
        return "stopped"
    return "healthy" if current.healthy else "degraded"


def problem(status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """An error in the one shape that the API uses (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _problems(api: FastAPI) -> None:
    @api.exception_handler(HTTPException)
    def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "Request refused", str(error.detail))

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in entry["loc"][1:]), "message": entry["msg"]}
            for entry in error.errors()
        ]
        return problem(422, "Invalid input", "Some values cannot be used; nothing was changed.", errors=problems)

    @api.exception_handler(Exception)
    def failed(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "Internal error", "The server failed on this request; nothing was changed.")

"""GET /health: how every service is."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from walmart_app.services import report

router = APIRouter(tags=["health"])


@router.get("/health", summary="How every service is")
def health(request: Request) -> JSONResponse:
    """200 when all are healthy, 503 otherwise; the same that the page shows."""
    current = report.read(request.app.state.settings.state_dir)
    body = {"status": _summary(current), "services": [asdict(part) for part in current.components]}
    return JSONResponse(body, status_code=200 if current.healthy and current.running else 503)


def _summary(current: report.Report) -> str:
    if not current.running:
        return "stopped"
    return "healthy" if current.healthy else "degraded"

"""GET /docs: the interactive page of the API, whole from this machine."""

from __future__ import annotations

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

_PAGE = "/api/v1/docs"
_ASSETS = f"{_PAGE}/assets"
_FILES = Path(fastapi_offline.__file__).parent / "static"  # Swagger UI as files
# the badge would send the address of our description to validator.swagger.io
_PARAMETERS = {"validatorUrl": None, "tryItOutEnabled": True, "persistAuthorization": False}


def add(api: FastAPI) -> None:
    """Add the page and its files."""
    api.mount(_ASSETS, StaticFiles(directory=_FILES), name="api-docs-assets")

    @api.get(_PAGE, include_in_schema=False)
    def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=str(api.openapi_url),
            title="Walmart Sim API",
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url="/favicon.svg",
            swagger_ui_parameters=_PARAMETERS,
        )

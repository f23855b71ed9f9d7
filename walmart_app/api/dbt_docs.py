"""GET /dbt-docs/: the documentation site that dbt writes, from the files of the state directory."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from loaders.settings import Settings

# The page and what it asks for; nothing else of that directory (compiled SQL, logs) is anybody's business.
FILES = {
    "index.html": "text/html; charset=utf-8",
    "manifest.json": "application/json",
    "catalog.json": "application/json",
}
_NOT_YET = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>dbt documentation · Walmart Sim</title><link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>body{font:15px/1.6 system-ui,sans-serif;max-width:60ch;margin:12vh auto;padding:0 16px;color:#1c2024}
@media (prefers-color-scheme:dark){body{background:#111113;color:#edeef0}a{color:#9eb1ff}}</style></head>
<body><main><h1>dbt's documentation is not written yet</h1>
<p>The last task of the DAG <code>walmart_dbt_pipeline</code> writes it, <code>dbt_docs_generate</code>. It runs
by itself after a simulation; you can start the DAG on the <a href="/">pipeline page</a> too. Load this
page again afterwards.</p>
<p>With an Airflow elsewhere, dbt's files lie on that machine, and this page stays empty.</p>
<p><a href="/docs">Back to the documentation</a></p></main></body></html>"""


def directory(settings: Settings) -> Path:
    """Where dbt writes its documentation."""
    return settings.state_dir / "dbt" / "target"


def add(api: FastAPI, settings: Settings) -> None:
    """Add the site's routes."""
    place = directory(settings)

    @api.get("/dbt-docs", include_in_schema=False)
    def without_slash() -> RedirectResponse:
        return RedirectResponse("/dbt-docs/", status_code=307)

    @api.api_route("/dbt-docs/{name:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def file(name: str) -> Response:
        if name == "":
            name = "index.html"
        if name.startswith(("{{", "${")):  # dbt's page asks for pictures before it has filled in their names
            return Response(status_code=204)
        # the name is a key of a constant, so no name leads out of the directory
        if name not in FILES:
            return HTMLResponse(f"<!doctype html><title>Not found</title><p>dbt wrote no {_escaped(name)}.", 404)
        path = place / name
        if not path.is_file():
            return HTMLResponse(_NOT_YET, 404) if name == "index.html" else Response(status_code=404)
        # written anew by every run of the pipeline: the browser asks each time, and gets 304 while it is the same
        return FileResponse(path, media_type=FILES[name], headers={"cache-control": "no-cache"})


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")[:100]

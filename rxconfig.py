"""Reflex's configuration, from the product's settings."""

import os
import sys
from pathlib import Path

import reflex as rx
from reflex_base.constants import StateManagerMode

from loaders.errors import SettingsError
from loaders.settings import Settings
from walmart_app.dev_server import DevProxy, listen_on_loopback
from walmart_app.font import InterFont
from walmart_app.services.lifecycle import enter_main
from walmart_app.services.web_server import bounded_stop

try:
    settings = Settings.load()
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")

enter_main(settings)
listen_on_loopback()
bounded_stop()

# Airflow brings uvicorn and gunicorn, whose workers would outlive `reflex run`.
os.environ.setdefault("REFLEX_USE_GRANIAN", "true")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

_port = int(os.environ.get("REFLEX_FRONTEND_PORT") or settings.app_port)

config = rx.Config(
    app_name="walmart_app",
    app_module_import="walmart_app.app",
    backend_host=settings.app_host,
    frontend_port=_port,
    cors_allowed_origins=[f"http://{host}:{_port}" for host in settings.allowed_hosts],
    vite_allowed_hosts=settings.allowed_hosts,
    bun_path=Path(sys.executable).parent / "bun",
    state_manager_mode=StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[
        rx.plugins.RadixThemesPlugin(theme=rx.theme(accent_color="indigo", gray_color="slate", radius="medium")),
        InterFont(),
        DevProxy(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)

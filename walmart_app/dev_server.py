"""What development mode needs besides: Vite on loopback only, and one address for pages and API."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.config import get_config
from reflex_base.constants import DefaultPorts, PackageJson

FORWARDED = ("/api/v1", "/dbt-docs")


def listen_on_loopback() -> None:
    """Make Vite listen on loopback; Reflex would open it on every interface."""
    PackageJson.Commands.DEV = "react-router dev --host 127.0.0.1"


class DevProxy(rx.plugins.Plugin):
    """Lets Vite forward what the back end answers, as it is in production."""

    def pre_compile(self, **context: Any) -> None:
        """Add the rules to Vite's configuration, once; by now Reflex has chosen the back end's port."""
        port = get_config().backend_port or DefaultPorts.BACKEND_PORT
        rules = ",".join(f'"{path}":"http://127.0.0.1:{port}"' for path in FORWARDED)

        def add(text: str) -> str:
            return text if "proxy: {" in text else text.replace("server: {", f"server: {{\n    proxy: {{{rules}}},", 1)

        context["add_modify_task"]("vite.config.js", add)

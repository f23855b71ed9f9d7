"""The type face, from a package and served by us, so that no page asks another machine for it."""

from __future__ import annotations

from typing import Any

import reflex as rx


class InterFont(rx.plugins.Plugin):
    """Adds Inter as a variable font (SIL Open Font License 1.1)."""

    def get_frontend_dependencies(self, **context: Any) -> list[str]:
        """The package."""
        return ["@fontsource-variable/inter@5.2.8"]

    def get_stylesheet_paths(self, **context: Any) -> list[str]:
        """Its style sheet, which names the files."""
        return ["@fontsource-variable/inter/index.css"]

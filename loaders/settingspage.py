"""The page that documents every setting, made from the settings' own descriptions and bounds."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from loaders.settings import ROOT, Settings

PAGE = ROOT / "docs_md" / "settings.md"

_HEAD = """# Settings

Every setting is read from the environment or from a file `.env` beside `rxconfig.py`; the environment wins.
An empty value counts as unset. Secrets that are not set are generated into the state directory, readable by its owner
only. This page is made by `python -m loaders settings`.

| name | default | meaning | allowed |
|---|---|---|---|
"""


def page() -> str:
    """The page in Markdown."""
    rows = [
        f"| `{name.upper()}` | {_default(name, field)} | {field.description} | {_allowed(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _default(name: str, field: FieldInfo) -> str:
    if field.default is None:
        return "unset"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return "`.walmart`" if name == "state_dir" else f"`{field.default}`"


def _allowed(field: FieldInfo) -> str:
    choices = [value for value in _flat(field.annotation) if isinstance(value, str)]
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if SecretStr in _flat(field.annotation):
        lengths = [item.min_length for item in field.metadata if hasattr(item, "min_length")]
        return f"secret, {lengths[0]} characters or more" if lengths else "secret"
    if field.annotation is bool:
        return "`true`, `false`"
    bounds = {
        name: getattr(item, name) for item in field.metadata for name in ("gt", "ge", "le") if hasattr(item, name)
    }
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le")
    if low is None or high is None:
        return ""
    return f"above {low:,} to {high:,}" if "gt" in bounds else f"{low:,} to {high:,}"


def _flat(annotation: Any) -> list[Any]:
    """An annotation's alternatives, with those of a Literal spelt out."""
    inner = get_args(annotation)
    return [value for part in inner for value in _flat(part)] if inner else [annotation]

"""Scenarios: named overrides over the default parameters, kept as TOML files.

Light to import. A file has `title`, `shows` (what a reader should see in the result), an optional
`[run]` table with `start` and `days`, and `[parameters]` as nested tables.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.params import Params

_FOLDER = Path(__file__).parent / "scenarios"
_KEYS = {"title", "shows", "run", "parameters"}


@dataclass(frozen=True)
class Scenario:
    """A scenario; `start` and `days` are None when the file leaves them open."""

    name: str
    title: str
    shows: str
    overrides: Mapping[str, Any]
    start: date | None
    days: int | None

    def params(self) -> Params:
        """The parameters under this scenario; raises ParameterError when an override is refused."""
        return Params.parse(self.overrides)


def available() -> tuple[Scenario, ...]:
    """The scenarios that come with the simulator, by name."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.toml")))


def load(name_or_path: str) -> Scenario:
    """The scenario of this name, or in this TOML file; raises ScenarioError."""
    names = sorted(path.stem for path in _FOLDER.glob("*.toml"))
    if name_or_path in names:
        return _read(_FOLDER / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return _read(path)
    near = difflib.get_close_matches(name_or_path, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(names)
    message = f"there is no scenario {name_or_path!r}; {hint}"
    raise ScenarioError(message)


def _read(path: Path) -> Scenario:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = f"the scenario file {path} cannot be read: {error}"
        raise ScenarioError(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"the scenario file {path} is not valid TOML: {error}"
        raise ScenarioError(message) from error
    unknown = set(content) - _KEYS
    run = content.get("run", {})
    if unknown or not isinstance(run, dict) or set(run) - {"start", "days"}:
        odd = sorted(unknown | (set(run) - {"start", "days"} if isinstance(run, dict) else {"run"}))
        message = f"the scenario file {path} has unknown entries: {', '.join(odd)}"
        raise ScenarioError(message)
    start, days = run.get("start"), run.get("days")
    if (start is not None and type(start) is not date) or (days is not None and type(days) is not int):
        message = f"the scenario file {path}: [run] start must be a date and days a whole number"
        raise ScenarioError(message)
    parameters = content.get("parameters", {})
    return Scenario(path.stem, content.get("title", path.stem), content.get("shows", ""), parameters, start, days)

"""The page on the model names every constant, stream, switch and scenario that the code has, with its value."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from loaders.settings import ROOT
from sim import scenario
from sim.params import Mechanisms, describe
from tests.docs.pages import DOCS

SIM = ROOT / "sim"
# Modules that compute nothing of the company: formats, files, keys of hashes.
TECHNICAL = {"__init__", "__main__", "canonical", "cli", "files", "frames", "params", "random", "scenario", "schema",
             "sections", "state"}  # fmt: skip
WORDS = {"table", "codes", "scales", "limits"}  # in place of a value, for what is told in words
CONSTANT = re.compile(r"^(_?[A-Z][A-Z0-9_]*)(?::[^=]+)? = ", re.MULTILINE)
STREAM = re.compile(r"random\.stream\([^,]+, \"([^\"]+)\"\)")


def text() -> str:
    return (DOCS / "model.md").read_text(encoding="utf-8")


def told() -> dict[str, str]:
    """The page's constants of modules, as `module.NAME`, with what the page gives as their value."""
    section = text().split("### Of modules")[1].split("### Inside functions")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            names, value = [cell.strip() for cell in line.split("|")[1:3]]
            found.update(dict.fromkeys(re.findall(r"`([\w.]+)`", names), value))
    return found


def constants(path: Path) -> dict[str, Any]:
    """Constants of a module that hold numbers or moments, alone or within; bits for the generator left out."""
    module = importlib.import_module(f"sim.{path.stem}")
    found = {name: getattr(module, name) for name in CONSTANT.findall(path.read_text(encoding="utf-8"))}
    return {f"{path.stem}.{name}": value for name, value in found.items() if counts(value)}


def counts(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return bool(np.issubdtype(value.dtype, np.number))
    if isinstance(value, Mapping):
        return any(counts(part) for part in value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return any(counts(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return any(counts(getattr(value, entry.name)) for entry in fields(value))
    return isinstance(value, int | float | date | datetime | time | timedelta)


def shown(value: Any) -> str:
    """A value as the page writes it."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return ", ".join(str(part) for part in value) if isinstance(value, tuple | list) else str(value)


def test_every_constant_of_the_model_is_on_the_page_with_its_value() -> None:
    page = told()
    code: dict[str, Any] = {}
    for path in sorted(SIM.glob("*.py")):
        if path.stem not in TECHNICAL:
            code |= constants(path)
    assert len(code) > 50
    assert sorted(set(code) - set(page)) == [], "say in docs_md/model.md, section Constants, where they come from"
    wrong = {name: shown(value) for name, value in code.items() if page[name] not in WORDS | {shown(value)}}
    assert wrong == {}


def test_every_constant_on_the_page_exists() -> None:
    missing = []
    for name in told():
        module, _, constant = name.partition(".")
        if not hasattr(importlib.import_module(f"sim.{module}"), constant):
            missing.append(name)
    assert missing == []


def test_every_random_stream_is_on_the_page() -> None:
    section = text().split("**Stochasticity.**")[1].split("**Collectives.**")[0]
    named = {name for line in section.splitlines() if line.startswith("| `") for name in
             re.findall(r"`([a-z ]+)`", line.split("|")[1])}  # fmt: skip
    used = {name for path in SIM.glob("*.py") for name in STREAM.findall(path.read_text(encoding="utf-8"))}
    assert named == used


def test_the_formulas_name_every_parameter_and_every_switch_has_its_submodel() -> None:
    known = {parameter.name for parameter in describe()}
    sections = {name.partition(".")[0] for name in known if "." in name}
    before = text().split("## Constants")[0]
    named = {name for name in re.findall(r"(?<!/)\b([a-z]+\.[a-z]\w+)", before) if name.partition(".")[0] in sections}
    switches = {f"mechanisms.{switch.name}" for switch in fields(Mechanisms)}
    assert named == {name for name in known - switches if "." in name}
    submodels = before.split("## 7. Submodels")[1].split("## Scenarios")[0]
    headed = {name for line in submodels.splitlines() if line.startswith(("### ", "**"))
              for name in re.findall(r"\[([a-z_]+)\]", line)}  # fmt: skip
    assert {f"mechanisms.{name}" for name in headed} == switches


def test_the_scenarios_are_on_the_page_with_what_they_change() -> None:
    rows = {line.split("`")[1]: line for line in text().split("## Scenarios")[1].splitlines() if line.startswith("| `")}
    for one in scenario.available():
        row = rows[one.name]
        for section, changed in one.overrides.items():
            for name, value in changed.items():
                assert f"`{section}.{name}` {value}" in row
        assert f"{one.days} from {one.start}" in row

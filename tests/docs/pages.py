"""The documentation as the tests read it: pages, links, and what the code offers to be named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bench.__main__ import BENCHMARKS
from loaders.settings import ROOT

DOCS = ROOT / "docs_md"
DECISIONS = DOCS / "decisions"
PAGES = sorted(DOCS.rglob("*.md")) + [ROOT / "README.md"]
# Folders of a `python -m` command, and the files in which it names its own commands.
COMMAND_FILES = ("cli.py", "__main__.py")

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    """The page's name, for messages and test ids."""
    return str(path.relative_to(ROOT))


def records() -> list[Path]:
    """The decision records, in order."""
    return sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")


def links(page: Path) -> Iterator[str]:
    """Targets of the page's links, code blocks left out."""
    yield from _LINK.findall(_FENCE.sub("", page.read_text()))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as Markdown renderers make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def dags() -> dict[str, Path]:
    """The id of every DAG in dags/, with its file."""
    found = {}
    for path in (ROOT / "dags").glob("*.py"):
        for call in _calls(path, "dag"):
            for keyword in call.keywords:
                if keyword.arg == "dag_id" and isinstance(keyword.value, ast.Constant):
                    found[str(keyword.value.value)] = path
    return found


def commands(module: str) -> set[str]:
    """The commands that `python -m MODULE` takes; empty when it takes none."""
    if module == "bench":
        return set(BENCHMARKS)
    folder = ROOT / module.replace(".", "/")
    files = [folder / file for file in COMMAND_FILES if (folder / file).exists()]
    calls = [call for path in files for call in _calls(path, "add_parser")]
    return {str(call.args[0].value) for call in calls if call.args and isinstance(call.args[0], ast.Constant)}


def source(path: Path) -> str:
    """The text of a module, empty when there is none."""
    return path.read_text() if path.exists() else ""


def test_names(path: Path) -> set[str]:
    """The tests that a file defines."""
    tree = ast.parse(path.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def routes() -> set[tuple[str, str]]:
    """Method and path below /api/v1 of every route in walmart_app/api."""
    found = set()
    for path in (ROOT / "walmart_app" / "api").glob("*.py"):
        prefix = ""
        for call in _calls(path, "APIRouter"):
            prefix = next((str(_constant(k.value)) for k in call.keywords if k.arg == "prefix"), prefix)
        for method in ("get", "post", "put", "patch", "delete"):
            for call in _calls(path, method, on="router"):
                found.add((method.upper(), prefix + str(_constant(call.args[0]))))
    return found


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _calls(path: Path, function: str, on: str | None = None) -> Iterator[ast.Call]:
    """Calls of a function, or of a method of that name (on the object named `on`)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == function:
            owner = node.func.value
            if on is None or (isinstance(owner, ast.Name) and owner.id == on):
                yield node
        elif on is None and isinstance(node.func, ast.Name) and node.func.id == function:
            yield node

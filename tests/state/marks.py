"""Which event handlers reach something that writes, by reading the source of the states."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# what starts, stops or writes, among the public functions of commands and the methods of clients
# (`call` runs any request)
WRITES = frozenset(
    {
        "simulate_days",
        "run_models",
        "trigger",
        "cancel",
        "cancel_running",
        "pause",
        "retry",
        "repeat",
        "take_order",
        "call",
    }  # fmt: skip
)


@dataclass
class _Part:
    """A function, a method or an assignment of a module: what it names, and whether it writes by itself."""

    refers: set[str] = field(default_factory=set)
    writes: bool = False


def unmarked(sources: Mapping[str, str]) -> list[str]:
    """Public methods of classes that write, by themselves or through helpers, without standing under `@changes`.

    `sources` maps names of modules to their text. A helper counts as used where it is named, called or not.
    """
    parts: dict[str, _Part] = {}
    handlers: dict[str, bool] = {}
    for module, text in sources.items():
        tree = ast.parse(text)
        names = _imported(tree)
        for name, node, owner in _definitions(tree):
            full = f"{module}.{name}"
            parts[full] = _read(node, module, owner, names)
            if owner and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
                handlers[full] = any(
                    isinstance(mark, ast.Name) and mark.id == "changes" for mark in node.decorator_list
                )
    writing = {name for name, part in parts.items() if part.writes}
    while more := {name for name, part in parts.items() if name not in writing and part.refers & writing}:
        writing |= more
    return sorted(name for name, marked in handlers.items() if name in writing and not marked)


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST, str]]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node, ""
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{node.name}.{inner.name}", inner, node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id, node, ""


def _imported(tree: ast.Module) -> dict[str, str]:
    """Name in this module -> its full name elsewhere."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _read(node: ast.AST, module: str, owner: str, imported: Mapping[str, str]) -> _Part:
    part = _Part()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            if isinstance(inner.value, ast.Name) and inner.value.id in {"self", "cls"}:
                part.refers.add(f"{module}.{owner}.{inner.attr}")
                continue
            if isinstance(inner.value, ast.Name):
                part.refers.add(f"{imported.get(inner.value.id, f'{module}.{inner.value.id}')}.{inner.attr}")
            part.writes |= inner.attr in WRITES
        elif isinstance(inner, ast.Name):
            full = imported.get(inner.id, f"{module}.{inner.id}")
            part.refers.add(full)
            part.writes |= full.rsplit(".", 1)[-1] in WRITES and full.startswith("walmart_app.c")  # commands, clients
    return part

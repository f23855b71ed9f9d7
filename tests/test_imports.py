"""Who may import whom: one-way arrows between the parts, and nothing heavy where it must be light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.settings import ROOT

INTERNAL = {"analytics", "dags", "loaders", "sim", "walmart_app"}
# part -> what its modules may import besides themselves (a prefix stands for all below it)
ALLOWED = {
    "rxconfig.py": ["loaders.settings", "loaders.errors", "walmart_app.dev_server", "walmart_app.font",
                    "walmart_app.services.lifecycle", "walmart_app.services.web_server"],
    "sim": [],
    "analytics": [],
    "loaders": ["sim.schema"],
    "dags": ["sim", "loaders", "analytics"],
    "walmart_app/services": ["loaders.settings", "loaders.db", "loaders.embedded", "loaders.errors", "loaders.secrets",
                             "loaders.migrate", "loaders.simulated"],
    "walmart_app/bootstrap": [],
    "walmart_app/queries": ["loaders.settings", "loaders.db", "loaders.models", "loaders.errors"],
    "walmart_app/commands": ["loaders.settings", "loaders.db", "loaders.models", "loaders.errors", "sim.params",
                             "sim.schema", "walmart_app.clients", "walmart_app.queries"],
    "walmart_app/clients": ["loaders.settings", "loaders.errors", "walmart_app.services.report"],
    "walmart_app/api": ["walmart_app.queries", "walmart_app.commands", "walmart_app.services.report",
                        "loaders.settings", "loaders.errors"],
    "walmart_app/state": ["walmart_app.queries", "walmart_app.commands", "walmart_app.clients",
                          "walmart_app.services.report", "walmart_app.runtime", "walmart_app.figures",
                          "walmart_app.documents",
                          "walmart_app.tokens", "loaders.errors", "sim.params"],
    "walmart_app/documents": ["loaders.settings"],
    "walmart_app/figures": ["walmart_app.tokens"],
    "walmart_app/components": ["walmart_app.tokens", "walmart_app.figures", "walmart_app.state"],
    "walmart_app/pages": ["walmart_app.tokens", "walmart_app.figures", "walmart_app.components", "walmart_app.state"],
}  # fmt: skip
# the one module of a part that may do more
EXCEPTIONS = {
    "loaders/simulated.py": ["sim"],
    "loaders/planning.py": ["sim.params"],
    "loaders/predictions.py": ["analytics"],
    "walmart_app/services/scheduler.py": ["loaders.dbt"],
}
FOREIGN = {
    "sim": {"sqlalchemy", "psycopg", "reflex", "airflow", "dbt", "fastapi"},
    "walmart_app": {"airflow", "dbt"},
    "walmart_app/services": {"reflex", "polars", "numba"},
    "walmart_app/queries": {"reflex"},
    "walmart_app/commands": {"reflex"},
    "walmart_app/clients": {"reflex"},
    "walmart_app/documents": {"reflex", "psycopg"},
    "walmart_app/figures": {"reflex"},
    "walmart_app/api": {"reflex"},
}
# the one module of a part that may use another part's library
FOREIGN_EXCEPTIONS = {"walmart_app/services/scheduler.py": {"airflow", "dbt"}}  # it is Airflow's process
HEAVY = {"polars", "numba", "numpy", "chdb", "clickhouse_connect", "mesa", "pandas", "dbt", "psycopg", "sqlalchemy"}


def _imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _modules(part: str) -> list[Path]:
    root = ROOT / part
    return [root] if root.is_file() else sorted(root.rglob("*.py"))


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_it_may(part: str) -> None:
    own = part.removesuffix(".py").replace("/", ".")
    wrong = []
    for path in _modules(part):
        name = str(path.relative_to(ROOT))
        allowed = [own, *ALLOWED[part], *EXCEPTIONS.get(name, [])]
        for imported in _imports(path):
            internal = imported.split(".")[0] in INTERNAL
            if internal and not any(imported == item or imported.startswith(f"{item}.") for item in allowed):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize("part", FOREIGN)
def test_a_part_does_without_other_parts_libraries(part: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in _modules(part)
        for imported in _imports(path)
        if imported.split(".")[0] in FOREIGN[part] - FOREIGN_EXCEPTIONS.get(str(path.relative_to(ROOT)), set())
    ]
    assert wrong == []


def test_a_dag_file_imports_nothing_heavy_at_its_top() -> None:
    wrong = [
        f"{path.name} imports {imported}"
        for path in _modules("dags")
        for imported in _imports(path, top_level=True)
        if imported.split(".")[0] in HEAVY | {"sim", "loaders", "analytics"}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("sim.params", {"polars", "numba", "numpy", "mesa"}),
        ("walmart_app.services.supervisor", {"reflex", "polars", "numba", "sim"}),
        ("loaders.settings", {"polars", "sqlalchemy", "sim"}),
    ],
)
def test_a_light_module_stays_light(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not absent & set(loaded.stdout.split())

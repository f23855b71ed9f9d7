"""What the pages name exists: links, DAGs, tasks, commands, tests, routes, tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loaders.settings import ROOT, Settings
from sim.schema import TABLES
from tests.docs import pages

DAG = re.compile(r"\bwalmart_(?!app\b|owner\b|loader\b|reader\b|sim\b)[a-z_]+\b")
COMMAND = re.compile(r"python -m ([a-z_.]+)(?: ([a-z]+)\b)?")
RECIPE = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
DBT_TEST = re.compile(r"`(\w+)`")
SETTING = re.compile(
    r"`((?:DB|AIRFLOW|SIM|APP|ADMIN|API|STATE|WAREHOUSE|CLICKHOUSE|SNOWFLAKE|ALERT)_[A-Z_]+|WAREHOUSE)\b"
)

each_page = pytest.mark.parametrize("document", pages.PAGES, ids=pages.name)


@each_page
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in pages.links(document):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (document.parent / target).resolve() if target else document
        if not path.exists() or (anchor and anchor not in pages.anchors(path)):
            broken.append(link)
    assert broken == []


@each_page
def test_every_dag_that_is_named_exists(document: Path) -> None:
    assert set(DAG.findall(document.read_text())) <= set(pages.dags())


@each_page
def test_every_command_that_is_named_exists(document: Path) -> None:
    unknown = []
    for module, command in COMMAND.findall(document.read_text()):
        folder = ROOT / module.replace(".", "/")
        known = pages.commands(module)
        runs = (folder / "__main__.py").exists() or "__main__" in pages.source(folder.with_suffix(".py"))
        if not runs or (command and command not in known):
            unknown.append(f"python -m {module} {command}".rstrip())
    assert unknown == []


@each_page
def test_every_recipe_that_is_named_exists(document: Path) -> None:
    recipes = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {first or second for first, second in RECIPE.findall(document.read_text())} <= recipes


@each_page
def test_every_setting_that_is_named_exists(document: Path) -> None:
    assert {found.lower() for found in SETTING.findall(document.read_text())} <= set(Settings.model_fields)


@each_page
def test_every_test_that_is_named_exists(document: Path) -> None:
    missing = []
    for file, test in TEST.findall(document.read_text()):
        path = ROOT / file
        if not path.exists() or (test and test not in pages.test_names(path)):
            missing.append(f"{file}::{test}")
    assert missing == []


def test_the_index_lists_every_page() -> None:
    listed = set(pages.links(pages.DOCS / "README.md"))
    assert {path.name for path in pages.DOCS.glob("*.md")} - {"README.md"} <= listed
    assert "decisions/README.md" in listed


def test_the_table_of_pipelines_is_complete_and_names_their_tasks() -> None:
    text = (pages.DOCS / "how-it-fits-together.md").read_text()
    rows = {row.split("`")[1]: row for row in text.splitlines() if row.startswith("| `walmart_")}
    found = {dag: rows[dag] for dag in rows if dag not in {"walmart_loader", "walmart_app", "walmart_reader"}}
    assert set(found) == set(pages.dags())
    for dag, path in pages.dags().items():
        code = path.read_text()
        for task in re.findall(r"`([a-z_]+)`", found[dag].split("|")[3]):
            assert f"def {task}(" in code or f'"{task.removeprefix("dbt_")}"' in code, (dag, task)


def test_the_data_model_describes_every_table_and_view_of_the_marts() -> None:
    text = (pages.DOCS / "data-model.md").read_text()
    made = "".join(path.read_text() for path in (ROOT / "loaders" / "migrations" / "sql").glob("*.sql"))
    created, dropped = (
        set(re.findall(rf"^{do} table (?:\w+)\.(\w+)", made, re.MULTILINE)) for do in ("create", "drop")
    )
    tables = created - dropped
    marts = {path.stem for path in (ROOT / "dbt_walmart" / "models" / "marts").rglob("*.sql")}
    described = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert tables | marts | {table.name for table in TABLES} <= described
    keys = {table.name: ", ".join(table.key) for table in TABLES if table.schema == "public"}
    wrong = [
        name for name, key in keys.items() if not re.search(rf"^\| `{name}` \|.*\| `{key}` \|", text, re.MULTILINE)
    ]
    assert wrong == []


def test_the_dbt_tests_that_the_data_model_names_exist() -> None:
    text = (pages.DOCS / "data-model.md").read_text()
    cells = re.findall(r"dbt tests? (`[^|]+)\|", text)
    named = {name for cell in cells for name in DBT_TEST.findall(cell)}
    assert len(named) > 5
    assert named <= {path.stem for path in (ROOT / "dbt_walmart" / "tests").glob("*.sql")}


def test_the_rest_page_lists_the_routes_that_there_are() -> None:
    text = (pages.DOCS / "rest-api.md").read_text()
    listed = set(re.findall(r"^\| `([A-Z]+) /api/v1(\S+)` \|", text, re.MULTILINE))
    assert listed == pages.routes()


def test_the_sentences_about_a_remote_database_are_those_of_the_code() -> None:
    code = (ROOT / "loaders" / "explaining.py").read_text()
    sentences = re.findall(r"check [A-Z][A-Za-z_, ]*[A-Za-z]+\.|check (?:its|the|that) [A-Za-z_, .]+\.", code)
    text = (pages.DOCS / "remote-database.md").read_text()
    assert len(sentences) >= 7
    assert [sentence for sentence in sentences if sentence not in text] == []

"""Decision records have the form that they promise, and their index knows all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import pages

HEADINGS = ["Context", "Options considered", "Outcome", "Consequences", "How it is confirmed"]

each_record = pytest.mark.parametrize("record", pages.records(), ids=lambda path: path.stem)


@each_record
def test_a_record_has_number_title_and_the_five_headings(record: Path) -> None:
    text = record.read_text()
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", record.name)
    assert text.startswith(f"# {record.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    bodies = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    assert all(body.strip() for body in bodies)


@each_record
def test_a_record_weighs_options_and_names_what_confirms_it(record: Path) -> None:
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", record.read_text(), re.MULTILINE | re.DOTALL))
    assert len(re.findall(r"^- \*\*", sections["Options considered"], re.MULTILINE)) >= 3
    assert re.search(r"`(tests/|\.ci/run|python -m |make )", sections["How it is confirmed"])


def test_the_index_lists_every_record_under_its_title_once() -> None:
    rows = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", (pages.DECISIONS / "README.md").read_text(), re.MULTILINE
    )
    titles = {path.name: path.read_text().splitlines()[0].removeprefix("# ") for path in pages.records()}
    assert [(file, f"{number}: {title}") for number, file, title in rows] == sorted(titles.items())


def test_numbers_are_used_once_and_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in pages.records()]
    assert numbers == list(range(1, len(numbers) + 1))

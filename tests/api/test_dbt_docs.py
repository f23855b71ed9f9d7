"""dbt's documentation is served from its directory: the files of the site, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from loaders.dbt import DbtProject
from loaders.settings import Settings
from walmart_app.api import dbt_docs


@pytest.fixture
def client(tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    settings = Settings.load(_env_file=None, state_dir=tmp_path)
    api = FastAPI()
    dbt_docs.add(api, settings)
    with TestClient(api, follow_redirects=False) as found:
        yield found, dbt_docs.directory(settings)


def test_it_is_where_dbt_writes_it(tmp_path: Path) -> None:
    settings = Settings.load(_env_file=None, state_dir=tmp_path)
    assert dbt_docs.directory(settings) == DbtProject(settings).target


def test_before_it_exists_a_page_says_what_to_do(client: tuple[TestClient, Path]) -> None:
    answer = client[0].get("/dbt-docs/")
    assert answer.status_code == 404
    assert "dbt_docs_generate" in answer.text and "<h1>" in answer.text
    assert client[0].get("/dbt-docs/manifest.json").status_code == 404


def test_the_site_s_files_are_served_and_the_address_without_slash_leads_there(client: tuple[TestClient, Path]) -> None:
    browser, place = client
    place.mkdir(parents=True)
    for name in dbt_docs.FILES:
        (place / name).write_text(f"content of {name}")
    answer = browser.get("/dbt-docs")
    assert (answer.status_code, answer.headers["location"]) == (307, "/dbt-docs/")
    assert browser.get("/dbt-docs/").text == "content of index.html"
    for name, kind in dbt_docs.FILES.items():
        answer = browser.get(f"/dbt-docs/{name}?cb=1")
        assert (answer.status_code, answer.text) == (200, f"content of {name}")
        assert answer.headers["content-type"].startswith(kind.split(";")[0])
        again = browser.get(f"/dbt-docs/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code in {200, 304} and answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name",
    ["run_results.json", "../logs/dbt.log", "..%2Flogs%2Fdbt.log", "%2e%2e/logs/dbt.log", "compiled/x.sql", "<b>x</b>"],
)
def test_nothing_else_of_the_directory_is_served(client: tuple[TestClient, Path], name: str) -> None:
    browser, place = client
    (place / "compiled").mkdir(parents=True)
    (place.parent / "logs").mkdir()
    for path in (place / "run_results.json", place / "compiled" / "x.sql", place.parent / "logs" / "dbt.log"):
        path.write_text("secret")
    answer = browser.get(f"/dbt-docs/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text and "<b>" not in answer.text


def test_pictures_with_names_not_filled_in_yet_are_answered_with_nothing(client: tuple[TestClient, Path]) -> None:
    assert client[0].get("/dbt-docs/%7B%7B%20getIcon(item.type,%20'off')%20%7D%7D").status_code == 204

"""The status page in a real browser, on the production build."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.company import PIPELINES
from tests.product import Product


@pytest.fixture
def watched(page: Page, product: Product) -> Page:
    """A page that fails the test on a console error or a request that leaves the machine."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if _leaves(request.url, product) else None)
    page.problems = problems  # type: ignore[attr-defined]
    return page


def _leaves(url: str, product: Product) -> bool:
    return not url.startswith((product.url, product.url.replace("http", "ws"), "data:", "blob:"))


def test_the_page_shows_every_service_and_pipeline(watched: Page, product: Product) -> None:
    watched.goto(product.url)
    for name, part in product.services().items():
        row = watched.locator(f"#service-{name}")
        expect(row).to_contain_text(part["title"])
        expect(row).to_have_attribute("data-state", "healthy")
    expect(watched.get_by_role("status")).to_have_text("Everything is up.")
    for dag in PIPELINES:
        expect(watched.locator(f"#pipeline-{dag}")).to_be_visible(timeout=60_000)
    assert watched.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_accessible_and_fits(watched: Page, product: Product, scheme: str, width: int) -> None:
    watched.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(product.url)
    expect(watched.locator("#service-postgres")).to_be_visible()
    found = [(entry["id"], len(entry["nodes"])) for entry in Axe().run(watched).response["violations"]]
    assert found == []
    over = watched.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0


def test_the_theme_switch_changes_and_keeps_the_theme(watched: Page, product: Product) -> None:
    watched.emulate_media(color_scheme="light")
    watched.goto(product.url)
    html = watched.locator("html")
    expect(html).to_have_class(re.compile("light"))
    watched.get_by_role("button", name="Switch theme").click()
    expect(html).to_have_class(re.compile("dark"))
    watched.reload()
    expect(html).to_have_class(re.compile("dark"))


def test_an_unknown_page_and_an_unknown_path_of_the_api_say_so(watched: Page, product: Product) -> None:
    answer = watched.goto(f"{product.url}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    expect(watched.get_by_role("heading", level=1)).to_have_text("There is no such page")
    status, body = product.get("/api/v1/no-such-thing")
    assert status == 404
    assert "There is no /api/v1/no-such-thing." in body

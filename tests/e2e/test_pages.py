"""What all pages have in common, in a real browser, on the production build."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.product import Product
from walmart_app import pages

PAGES = [module.ROUTE for module in pages.PAGES if "[" not in module.ROUTE]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1440)])
def test_a_page_is_accessible_and_fits(watched: Page, product: Product, path: str, scheme: str, width: int) -> None:
    watched.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(product.url + path)
    expect(watched.locator("h1")).to_have_count(1)
    if path != "/design":  # it shows what loading looks like
        expect(watched.locator("main [aria-busy=true]")).to_have_count(0)
    found = [(entry["id"], entry["nodes"][0]["html"]) for entry in Axe().run(watched).response["violations"]]
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


def test_an_unknown_page_and_an_unknown_path_of_the_api_say_so(page: Page, product: Product) -> None:
    answer = page.goto(f"{product.url}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    status, body = product.get("/api/v1/no-such-thing")
    assert status == 404
    assert "There is no /api/v1/no-such-thing." in body

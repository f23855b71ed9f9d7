"""The documentation in a browser: navigation, contents, search, unknown pages, and dbt's own site."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.product import Product
from tests.waiting import wait_until
from walmart_app.documents.library import DOCS, read

LIBRARY = read(DOCS)


def test_navigation_lists_every_page_and_leads_there(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/docs")
    expect(watched.locator("#docs-guides a")).to_have_text([page.title for page in LIBRARY.guides])
    expect(watched.locator("#docs-decisions a")).to_have_text([page.title for page in LIBRARY.decisions])
    wanted = LIBRARY.guides[2]
    watched.locator("#docs-guides").get_by_role("link", name=wanted.title, exact=True).click()
    expect(watched).to_have_url(re.compile(f"/docs/{wanted.slug}/?$"))
    expect(watched.locator("h1")).to_have_text(wanted.title)
    expect(watched.locator("#docs-guides a[aria-current=page]")).to_have_text(wanted.title)
    watched.go_back()
    expect(watched.locator("h1")).to_have_text(LIBRARY.guides[0].title)


def test_contents_lead_to_headings_also_from_a_copied_address(watched: Page, product: Product) -> None:
    page = LIBRARY.pages["how-it-fits-together"]
    last = page.headings[-1]
    watched.set_viewport_size({"width": 1440, "height": 700})
    watched.goto(f"{product.url}/docs/{page.slug}")
    expect(watched.locator("#docs-contents a")).to_have_text([block.text for block in page.headings])
    watched.locator("#docs-contents a").last.click()
    expect(watched.locator(f"#{last.anchor}")).to_be_in_viewport()
    watched.goto("about:blank")
    watched.goto(f"{product.url}/docs/{page.slug}#{last.anchor}")
    expect(watched.locator(f"#{last.anchor}")).to_be_in_viewport()


def test_before_and_after_go_through_the_pages(watched: Page, product: Product) -> None:
    order = list(LIBRARY.pages.values())
    watched.goto(f"{product.url}/docs/{order[1].slug}")
    expect(watched.locator("#docs-next")).to_contain_text(order[2].title)
    watched.locator("#docs-next").click()
    expect(watched.locator("h1")).to_have_text(order[2].title)
    watched.locator("#docs-previous").click()
    expect(watched.locator("h1")).to_have_text(order[1].title)


def test_records_are_listed_with_status_and_date(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/docs/decisions")
    lines = watched.locator("#docs-records tbody tr")
    expect(lines).to_have_count(len(LIBRARY.records))
    first = LIBRARY.records[0]
    expect(lines.first.locator("td")).to_have_text([first.title, first.status, first.date])
    lines.first.get_by_role("link").click()
    expect(watched.locator("h1")).to_have_text(first.title)
    expect(watched.locator("#docs-facts")).to_have_text(f"{first.status.capitalize()} · {first.date}")


def test_links_between_files_are_links_between_pages_and_code_is_code(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/docs/overview")
    watched.locator("article").get_by_role("link", name="Data model", exact=True).click()
    expect(watched.locator("h1")).to_have_text("Data model")
    watched.goto(f"{product.url}/docs/how-it-fits-together")
    expect(watched.locator("article pre").first).to_contain_text("sim ──frames──▶ loaders")
    expect(watched.locator("article table").first).to_be_visible()


def test_search_keeps_its_question_in_the_address_and_opens_the_section(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/docs")
    watched.locator("#docs-search").fill("idempotency")
    expect(watched).to_have_url(re.compile("q=idempotency"))
    expect(watched.locator("#docs-hits li").first).to_contain_text(re.compile("idempotency", re.IGNORECASE))
    watched.reload()
    expect(watched.locator("#docs-search")).to_have_value("idempotency")
    hit = watched.locator("#docs-hits a").first
    title = hit.inner_text().split(" › ")[0]
    hit.click()
    expect(watched.locator("h1")).to_have_text(title)
    expect(watched.locator("#docs-hits")).to_have_count(0)
    watched.goto(f"{product.url}/docs?q=zzzzzz")
    expect(watched.locator("#docs-found")).to_have_text("No page has all of these words.")


def test_an_unknown_page_says_so_within_the_documentation(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/docs/no/such/page")
    expect(watched.locator("h1")).to_have_text("There is no such page")
    watched.locator("#docs-unknown a").click()
    expect(watched.locator("h1")).to_have_text(LIBRARY.pages[""].title)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/docs", "/docs/how-it-fits-together", "/docs/decisions", "/docs?q=clock"])
def test_it_is_accessible_and_fits(watched: Page, product: Product, path: str, scheme: str, width: int) -> None:
    watched.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(product.url + path)
    expect(watched.locator("h1")).to_have_count(1)
    expect(watched.locator("main [aria-busy=true]")).to_have_count(0)
    found = [(entry["id"], entry["nodes"][0]["html"]) for entry in Axe().run(watched).response["violations"]]
    assert found == []
    assert watched.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_on_a_narrow_screen_the_list_of_pages_opens(watched: Page, product: Product) -> None:
    watched.set_viewport_size({"width": 390, "height": 800})
    watched.goto(f"{product.url}/docs")
    expect(watched.locator("#docs-narrow-navigation")).to_be_hidden()
    watched.locator("#docs-all-pages").click()
    watched.locator("#docs-narrow-guides a").nth(1).click()
    expect(watched.locator("h1")).to_have_text(LIBRARY.guides[1].title)


def test_dbt_s_documentation_opens_without_errors_or_other_machines(watched: Page, product: Product) -> None:
    wait_until(lambda: product.get("/dbt-docs/catalog.json")[0] == 200, 240, "dbt has written its documentation")
    watched.goto(f"{product.url}/docs")
    watched.locator("#docs-dbt").click()
    expect(watched).to_have_url(re.compile("/dbt-docs/"))
    expect(watched.get_by_text("Projects", exact=True).first).to_be_visible()
    watched.goto(f"{product.url}/dbt-docs/#!/model/model.walmart.daily_sales_by_store")
    expect(watched.locator("h1", has_text="daily_sales_by_store").first).to_be_visible()

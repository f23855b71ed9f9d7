"""The recommendations page: search, the two views, and figures that the receipts confirm."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.company import rows
from tests.product import Product

NEWEST = "(select max(as_of) from predictions.recommendations)"


def test_it_opens_with_an_example_that_is_right(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/recommendations")
    about = watched.locator("#about")
    expect(about).to_contain_text(re.compile(r"Customer \d+"))
    customer = re.findall(r"Customer (\d+)", about.inner_text())[0]
    expected = rows(
        company.settings,
        "select p.name, r.reason from predictions.recommendations r join products p on "
        f"p.product_id = r.recommended_product_id where kind = 'customer' and customer_id = {customer} order by rank",
    )
    assert expected
    lines = watched.locator("#offered tbody tr")
    expect(lines).to_have_count(len(expected))
    for place, (name, reason) in enumerate(expected):
        expect(lines.nth(place)).to_contain_text(name)
        expect(lines.nth(place)).to_contain_text(reason)
    [(orders, revenue)] = rows(
        company.settings,
        f"select count(*), sum(total_amount) from transactions where customer_id = {customer} "
        f"and transaction_date <= {NEWEST}",
    )
    expect(about).to_contain_text(f"{orders:,}")
    expect(about).to_contain_text(f"${revenue:,.2f}")


def test_a_customer_is_found_by_number_and_opened_from_the_list(watched: Page, company: Product) -> None:
    [(customer, name)] = rows(
        company.settings,
        "select c.customer_id, c.first_name || ' ' || c.last_name from predictions.recommendations r join customers c "
        "using (customer_id) where r.kind = 'customer' and r.rank = 1 order by c.customer_id desc limit 1",
    )
    watched.goto(f"{company.url}/recommendations")
    watched.locator("#recommendations-search").fill(str(customer))
    expect(watched).to_have_url(re.compile(f"q={customer}"))
    watched.locator("#recommendations-hits a").first.click()
    expect(watched).to_have_url(re.compile(rf"customer={customer}$"))
    expect(watched.locator("#about h2")).to_have_text(name)
    watched.reload()
    expect(watched.locator("#about h2")).to_have_text(name)
    expect(watched.locator("#about")).to_contain_text(f"Customer {customer} ")


def test_products_bought_together_show_the_baskets_of_the_receipts(watched: Page, company: Product) -> None:
    [(product, other, other_name)] = rows(
        company.settings,
        "select r.product_id, r.recommended_product_id, p.name from predictions.recommendations r join products p on "
        "p.product_id = r.recommended_product_id where r.kind = 'bought_together' and r.rank = 1 "
        "order by r.support desc, r.product_id limit 1",
    )
    [(both, own, others, everything)] = rows(
        company.settings,
        "with seen as (select transaction_id, product_id from transaction_items where transaction_date <= "
        f"{NEWEST}), a as (select transaction_id from seen where product_id = {product}), "
        f"b as (select transaction_id from seen where product_id = {other}) "
        "select (select count(*) from a join b using (transaction_id)), (select count(*) from a), "
        "(select count(*) from b), (select count(distinct transaction_id) from seen)",
    )
    watched.goto(f"{company.url}/recommendations")
    watched.locator("#view-product").click()
    expect(watched.locator("#view-product")).to_have_attribute("aria-current", "page")
    expect(watched.locator("#about")).to_contain_text(f"Product {product} ")
    cells = watched.locator("#together tbody tr").first.locator("td")
    expect(cells.nth(1)).to_contain_text(other_name)
    expect(cells.nth(2)).to_have_text(f"{both * everything / (own * others):.2f}")
    expect(cells.nth(3)).to_have_text(f"{both / everything:.3%}")
    expect(cells.nth(4)).to_have_text(f"{both / own:.1%}")
    expect(cells.nth(5)).to_contain_text(f"in {both:,} basket")
    cells.nth(1).get_by_role("link").click()
    expect(watched).to_have_url(re.compile(rf"product={other}$"))
    expect(watched.locator("#about")).to_contain_text(f"Product {other} ")
    watched.go_back()
    expect(watched.locator("#about")).to_contain_text(f"Product {product} ")


def test_how_often_they_are_right_stands_beside_popularity(watched: Page, company: Product) -> None:
    found = rows(
        company.settings,
        "select model, value from predictions.recommendation_errors where metric = 'hit_rate' "
        "and as_of = (select max(as_of) from predictions.recommendation_errors)",
    )
    watched.goto(f"{company.url}/recommendations")
    expect(watched.locator("#about")).to_be_visible()
    expect(watched.locator("#quality")).to_have_count(1 if found else 0)
    for model, value in found:
        expect(watched.locator(f"#hit-rate-{model}")).to_have_text(f"{value:.1%}")


@pytest.mark.parametrize(
    ("query", "words"),
    [("customer=99999999", "no customer 99999999"), ("customer=%27x", "is not a number of a customer")],
)
def test_an_address_that_makes_no_sense_is_named(watched: Page, company: Product, query: str, words: str) -> None:
    watched.goto(f"{company.url}/recommendations?{query}")
    expect(watched.locator("#recommendations-note")).to_contain_text(words)
    expect(watched.locator("#about")).to_contain_text("Customer ")


def test_a_search_without_result_says_so(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/recommendations")
    watched.locator("#recommendations-search").fill("zzzzzz")
    expect(watched.locator("#recommendations-found")).to_have_text("No customer matches “zzzzzz”.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_product_view_is_accessible_and_fits(watched: Page, company: Product, scheme: str, width: int) -> None:
    watched.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(f"{company.url}/recommendations?product=1&q=a")
    expect(watched.locator("#about")).to_be_visible()
    found = [(entry["id"], entry["nodes"][0]["html"]) for entry in Axe().run(watched).response["violations"]]
    assert found == []
    assert watched.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0

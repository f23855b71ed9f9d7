"""The list of receipts: every control's effect, against plain queries."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.company import order, rows
from tests.product import Product

LIST = "/dashboard/transactions"
pytestmark = pytest.mark.usefixtures("company")


def _count(product: Product, where: str = "true") -> int:
    return int(rows(product.settings, f"select count(*) from transactions where {where}")[0][0])


def _expect_first(page: Page, product: Product, where: str, order_by: str) -> None:
    """The page's first rows and its count are those of a plain query."""
    expected = rows(
        product.settings, f"select transaction_id from transactions where {where} order by {order_by} limit 50"
    )
    total = _count(product, where)
    if not expected:
        expect(page.locator("#span")).to_have_text("None")
        return
    expect(page.locator("#span")).to_have_text(f"1-{len(expected)} of {total:,}")
    expect(page.locator("tr[data-receipt]").first).to_have_attribute("data-receipt", str(expected[0][0]))
    expect(page.locator("tr[data-receipt]").last).to_have_attribute("data-receipt", str(expected[-1][0]))


NEWEST = "transaction_timestamp desc, transaction_id desc"


@pytest.mark.parametrize(
    ("element", "value", "where", "parameter"),
    [
        ("#filter-store", "2", "store_id = 2", "store=2"),
        ("#filter-channel", "pickup", "channel = 'pickup'", "channel=pickup"),
        ("#filter-payment", "cash", "payment_method = 'cash'", "payment=cash"),
        ("#filter-min", "40", "total_amount >= 40", "min=40"),
        ("#filter-max", "9.99", "total_amount <= 9.99", "max=9.99"),
        ("#filter-q", "17", "customer_id = 17", "q=17"),
    ],
)
def test_a_filter_narrows_the_list_and_is_kept_by_the_address(
    watched: Page, product: Product, element: str, value: str, where: str, parameter: str
) -> None:
    watched.goto(product.url + LIST)
    control = watched.locator(element)
    expect(watched.locator("tr[data-receipt]").first).to_be_visible()
    if "store" in element or "channel" in element or "payment" in element:
        control.select_option(value)
    else:
        control.fill(value)
    expect(watched).to_have_url(re.compile(re.escape(parameter)))
    _expect_first(watched, product, where, NEWEST)
    watched.reload()
    _expect_first(watched, product, where, NEWEST)
    expect(control).to_have_value(value)
    watched.locator("#reset-filters").click()
    _expect_first(watched, product, "true", NEWEST)


def test_days_narrow_the_list(watched: Page, product: Product) -> None:
    [(day,)] = rows(product.settings, "select min(transaction_date) + 3 from transactions")
    watched.goto(product.url + LIST)
    expect(watched.locator("tr[data-receipt]").first).to_be_visible()
    watched.locator("#filter-from").fill(str(day))
    watched.locator("#filter-to").fill(str(day))  # before the first is in the address
    expect(watched).to_have_url(re.compile(f"from={day}&to={day}"))
    _expect_first(watched, product, f"transaction_date = '{day}'", NEWEST)


def test_a_receipt_opened_right_after_a_filter_keeps_it(watched: Page, product: Product) -> None:
    [(number,)] = rows(
        product.settings, f"select transaction_id from transactions where store_id = 1 order by {NEWEST} limit 1"
    )
    watched.goto(product.url + LIST)
    row = watched.locator(f'tr[data-receipt="{number}"]')  # there with the filter, and without it
    expect(row).to_be_visible()
    watched.locator("#filter-store").select_option("1")
    row.click()  # before the filter is in the address
    expect(watched).to_have_url(re.compile(f"store=1&id={number}"))
    expect(watched.locator("#receipt-facts")).to_be_visible()
    watched.keyboard.press("Escape")
    _expect_first(watched, product, "store_id = 1", NEWEST)


@pytest.mark.parametrize(("title", "column"), [("Total", "total_amount"), ("Items", "item_count")])
def test_a_header_sorts_and_turns_round(watched: Page, product: Product, title: str, column: str) -> None:
    watched.goto(product.url + LIST)
    expect(watched.locator("tr[data-receipt]").first).to_be_visible()
    header = watched.get_by_role("columnheader", name=title)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    _expect_first(watched, product, "true", f"{column} desc, transaction_id desc")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    _expect_first(watched, product, "true", f"{column}, transaction_id")


def test_pages_go_forward_and_back(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}{LIST}?store=1")
    total = _count(product, "store_id = 1")
    ids = [row[0] for row in rows(
        product.settings,
        f"select transaction_id from transactions where store_id = 1 order by {NEWEST} limit 150",
    )]  # fmt: skip
    span, first = watched.locator("#span"), watched.locator("tr[data-receipt]").first
    for page in (1, 2, 3):
        expect(span).to_have_text(f"{(page - 1) * 50 + 1}-{page * 50} of {total:,}")
        expect(first).to_have_attribute("data-receipt", str(ids[(page - 1) * 50]))
        if page < 3:
            watched.locator("#next-page").click()
    watched.reload()
    expect(span).to_have_text(f"101-150 of {total:,}")
    watched.locator("#previous-page").click()
    expect(span).to_have_text(f"51-100 of {total:,}")
    expect(first).to_have_attribute("data-receipt", str(ids[50]))
    watched.locator("#first-page").click()
    expect(span).to_have_text(f"1-50 of {total:,}")
    expect(watched.locator("#previous-page")).to_be_disabled()


def test_a_row_opens_the_whole_receipt(watched: Page, product: Product) -> None:
    [(number, total, tax, items)] = rows(
        product.settings,
        "select transaction_id, total_amount, tax_amount, item_count from transactions "
        "where transaction_id = (select transaction_id from returns order by 1 limit 1)",
    )
    watched.goto(f"{product.url}{LIST}?q={number}")
    watched.locator(f'tr[data-receipt="{number}"]').click()
    facts = watched.locator("#receipt-facts")
    for _ in range(2):
        expect(facts).to_contain_text(f"${total:,.2f}")
        expect(facts).to_contain_text(f"${total + tax:,.2f}")
        lines = rows(
            product.settings,
            "select p.sku, quantity * unit_price from transaction_items join products p using (product_id) "
            f"where transaction_id = {number}",
        )
        expect(watched.locator("#receipt-lines tbody tr")).to_have_count(len(lines))
        for sku, amount in lines:
            row = watched.locator("#receipt-lines tbody tr").filter(has_text=sku)
            expect(row).to_contain_text(f"${amount:,.2f}")
        expect(watched.locator("#receipt-returns")).to_be_visible()
        watched.reload()
    expect(facts).to_contain_text(f"${total:,.2f}")
    watched.keyboard.press("Escape")
    expect(watched.locator("#receipt")).to_be_hidden()
    watched.locator(f'tr[data-receipt="{number}"] button').press("Enter")
    expect(facts).to_be_visible()
    expect(watched).to_have_url(re.compile(f"id={number}"))


def test_an_order_arrives_by_itself_and_waits_when_live_is_off(watched: Page, product: Product) -> None:
    [(store, item)] = rows(
        product.settings,
        "select store_id, product_id from inventory join assortment using (store_id, product_id) "
        "join products using (product_id) where on_hand > 20 and listed_to is null and discontinued_on is null "
        "order by on_hand desc, 1, 2 limit 1",
    )
    watched.goto(product.url + LIST)
    expect(watched.locator("tr[data-receipt]").first).to_be_visible()
    first = order(product, store, item, 1)["transaction_id"]
    arrived = watched.locator(f'tr[data-receipt="{first}"]')
    expect(arrived).to_have_class(re.compile("arrived"))
    expect(arrived).to_contain_text("API")
    watched.locator("#live").click()
    second = order(product, store, item, 1)["transaction_id"]
    expect(watched.locator("#show-new")).to_have_text("1 new")
    expect(watched.locator(f'tr[data-receipt="{second}"]')).to_have_count(0)
    watched.locator("#show-new").click()
    expect(watched.locator(f'tr[data-receipt="{second}"]')).to_be_visible()


def test_the_file_holds_what_is_filtered(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}{LIST}?store=2&min=20")
    expect(watched.locator("#filter-store")).to_have_value("2")
    with watched.expect_download() as download:
        watched.locator("#download-csv").click()
    text = download.value.path().read_text()
    found = list(csv.DictReader(io.StringIO(text)))
    expected = rows(
        product.settings,
        f"select transaction_id, total_amount from transactions where store_id = 2 and total_amount >= 20 "
        f"order by {NEWEST}",
    )
    assert [(int(row["transaction_id"]), row["total_amount"]) for row in found] == [
        (number, str(total)) for number, total in expected
    ]


def test_nothing_found_says_what_to_do_and_nonsense_is_named(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}{LIST}?q=no-such-person&store=zero")
    expect(watched.get_by_text("No receipt fits these filters")).to_be_visible()
    expect(watched.locator("#transactions-ignored")).to_contain_text("store")
    watched.goto(f"{product.url}{LIST}?id=123")
    expect(watched.locator("#receipt-problem")).to_contain_text("no transaction 123")

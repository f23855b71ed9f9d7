"""A view and its address say the same; nonsense in an address is named and left out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.queries.receipts import CHANNELS, PAYMENTS, Position, ReceiptFilter
from walmart_app.state.receipt_view import ReceiptView, address, csv_address, view_of

FILTERS = st.builds(
    ReceiptFilter,
    st.none() | st.dates(),
    st.none() | st.dates(),
    st.none() | st.integers(1, 2**31 - 1),
    st.none() | st.sampled_from(CHANNELS),
    st.none() | st.sampled_from(PAYMENTS),
    st.none() | st.decimals(0, 1_000_000, places=2),
    st.none() | st.decimals(0, 1_000_000, places=2),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50).map(str.strip),
)
POSITIONS = {
    "time": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "total": st.decimals(0, 1_000_000, places=2).map(str),
    "items": st.integers(1, 1000).map(str),
}


@st.composite
def views(draw: st.DrawFn) -> ReceiptView:
    sort = draw(st.sampled_from(["time", "total", "items"]))
    position = draw(st.none() | st.builds(Position, POSITIONS[sort], st.integers(1, 10**17)))
    page = draw(st.integers(2, 10**6)) if position else 1
    return ReceiptView(
        draw(FILTERS), sort, draw(st.booleans()), position, None, page, draw(st.none() | st.integers(1, 2**53))
    )


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@settings(derandomize=True, deadline=None)
@given(views())
def test_an_address_gives_its_view_back(view: ReceiptView) -> None:
    assert view_of(_query(address(view))) == view


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(["from", "store", "channel", "min", "sort", "after", "page", "id"]), st.text()))
def test_any_address_has_a_view(query: dict[str, str]) -> None:
    view = view_of(query)
    assert view.page >= 1
    assert set(view.ignored) <= set(query)


def test_nonsense_is_named_and_left_out() -> None:
    view = view_of({"store": "0", "from": "yesterday", "min": "nan", "channel": "mail", "sort": "-price", "q": "milk"})
    assert set(view.ignored) == {"store", "from", "min", "channel", "sort"}
    assert view.wanted == ReceiptFilter(search="milk")


def test_the_file_has_the_filters_alone() -> None:
    view = ReceiptView(
        ReceiptFilter(date(2026, 1, 2), store_id=3, least=Decimal("5.50"), search="a b"), "total", False, opened=7
    )
    assert csv_address(view) == "/api/v1/transactions.csv?from=2026-01-02&store=3&min=5.50&q=a+b"
    assert csv_address(ReceiptView()) == "/api/v1/transactions.csv"

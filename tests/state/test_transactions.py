"""A click while the address of the one before it is on its way keeps both, and never pages through another list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from walmart_app.queries.receipts import Receipt
from walmart_app.state.receipt_view import PAGE_ROWS, ReceiptView
from walmart_app.state.transactions import TransactionsState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = [
    Receipt(number, NOON, 1, "Store", None, None, "store", "cash", 1, Decimal(0), Decimal(5))
    for number in range(PAGE_ROWS + 1, 0, -1)
]


def _page(view: ReceiptView) -> Any:
    """The page's state with a view's rows read and shown."""
    state: Any = TransactionsState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state._asked = state._view = view
    state._page, state._paged = ROWS, view.listed
    state.has_previous, state.has_next = view.page > 1, True
    return state


def _do(state: Any, event: str, *arguments: object) -> ReceiptView:
    """The view that is asked for once a click is handled; its address is not taken in."""
    getattr(TransactionsState, event).fn(state, *arguments)
    asked: ReceiptView = state._asked
    return asked


def test_a_filter_on_its_way_stays_with_every_other_click() -> None:
    for event, *arguments in (("open_receipt", "5"), ("close_receipt",), ("first_page",), ("sort_by", "total")):
        state = _page(ReceiptView())
        _do(state, "filter", "from", "2026-03-01")
        assert _do(state, event, *arguments).wanted.first == date(2026, 3, 1), event


def test_a_receipt_closes_into_the_list_it_was_opened_from() -> None:
    state = _page(ReceiptView())
    second = _do(state, "next_page")
    assert second.page == 2
    assert _do(state, "open_receipt", "5") == ReceiptView(after=second.after, page=2, opened=5)
    assert _do(state, "close_receipt") == second


@pytest.mark.parametrize("event", ["next_page", "previous_page"])
def test_rows_of_another_list_are_not_paged_through(event: str) -> None:
    state = _page(ReceiptView(page=3))
    filtered = _do(state, "filter", "store", "2")
    assert filtered.page == 1
    assert _do(state, event) == filtered  # the rows on the page are not the filter's
    state._view = filtered  # the address has come, its rows have not
    assert _do(state, event) == filtered


def test_pages_are_turned_once_their_rows_are_there() -> None:
    state = _page(ReceiptView())
    second = _do(state, "next_page")
    assert second.after == ROWS[PAGE_ROWS - 1].position("time")
    assert _do(state, "next_page") == second  # not a page further with the first page's rows
    state._view, state._paged = second, second
    assert _do(state, "next_page").page == 3

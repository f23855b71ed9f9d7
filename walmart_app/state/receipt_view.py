"""What the transactions page shows, as its address says it. Pure: from query parameters and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from urllib.parse import urlencode

from walmart_app.queries.receipts import CHANNELS, PAYMENTS, SORTS, Position, ReceiptFilter, Sort

PAGE_ROWS = 50
MOST_DOLLARS = Decimal(1_000_000)
PATH = "/dashboard/transactions"
FILTERS = ("from", "to", "store", "channel", "payment", "min", "max", "q")
_POSITION = re.compile(r"([0-9T:.+\-]{1,40})~([0-9]{1,18})")


@dataclass(frozen=True)
class ReceiptView:
    """A view: filters, order, page, and the receipt that is open. `ignored` names what could not be understood."""

    wanted: ReceiptFilter = ReceiptFilter()
    sort: Sort = "time"
    descending: bool = True
    after: Position | None = None
    before: Position | None = None
    page: int = 1
    opened: int | None = None
    ignored: tuple[str, ...] = field(default=())

    @property
    def newest_first(self) -> bool:
        """Whether arrivals belong at the top of this page."""
        return self.sort == "time" and self.descending and self.page == 1 and not (self.after or self.before)

    @property
    def listed(self) -> ReceiptView:
        """The list alone, whichever receipt is open."""
        return replace(self, opened=None)

    @property
    def first(self) -> ReceiptView:
        """The start of this list."""
        return ReceiptView(self.wanted, self.sort, self.descending)


def filters_of(view: ReceiptView) -> dict[str, str]:
    """Each filter as its field shows it; one that is not set is empty."""
    wanted = view.wanted
    found = (
        wanted.first,
        wanted.last,
        wanted.store_id,
        wanted.channel,
        wanted.payment,
        wanted.least,
        wanted.most,
        wanted.search,
    )
    return {name: "" if value is None else str(value) for name, value in zip(FILTERS, found, strict=True)}


def view_of(query: Mapping[str, str]) -> ReceiptView:
    """The view of an address; parameters that mean nothing are left out, and named."""
    ignored = []

    def read(name: str, parse: Any) -> Any:
        text = query.get(name, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, InvalidOperation):
            ignored.append(name)
            return None

    sort, descending = read("sort", _sort) or ("time", True)
    wanted = ReceiptFilter(
        read("from", date.fromisoformat),
        read("to", date.fromisoformat),
        read("store", lambda text: _whole(text, 2**31 - 1)),
        read("channel", lambda text: _one_of(text, CHANNELS)),
        read("payment", lambda text: _one_of(text, PAYMENTS)),
        read("min", _dollars),
        read("max", _dollars),
        query.get("q", "").replace("\x00", "").strip()[:100],
    )
    after, before = read("after", _position(sort)), read("before", _position(sort))
    page = read("page", lambda text: _whole(text, 10**9)) if after or before else 1
    opened = read("id", lambda text: _whole(text, 2**53))
    return ReceiptView(wanted, sort, descending, after, None if after else before, page or 1, opened, tuple(ignored))


def address(view: ReceiptView, **changed: Any) -> str:
    """The address of a view, or of one that differs from it in `changed`."""
    view = replace(view, **changed)
    query: dict[str, Any] = filters_of(view) | {
        "sort": "" if (view.sort, view.descending) == ("time", True) else ("-" if view.descending else "") + view.sort,
        "after": view.after and f"{view.after.value}~{view.after.transaction_id}",
        "before": view.before and f"{view.before.value}~{view.before.transaction_id}",
        "page": view.page if view.page > 1 else "",
        "id": view.opened,
    }
    kept = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{PATH}?{urlencode(kept)}" if kept else PATH


def csv_address(view: ReceiptView) -> str:
    """Where the filtered receipts are as a file."""
    query = urlencode({name: value for name, value in filters_of(view).items() if value})
    return f"/api/v1/transactions.csv?{query}" if query else "/api/v1/transactions.csv"


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ValueError
    return int(text)


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise ValueError
    return text


def _dollars(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or not 0 <= value <= MOST_DOLLARS:
        raise ValueError
    return value


def _sort(text: str) -> tuple[Sort, bool]:
    name = text.removeprefix("-")
    return cast("Sort", _one_of(name, tuple(SORTS))), text.startswith("-")


def _position(sort: Sort) -> Any:
    def parse(text: str) -> Position:
        found = _POSITION.fullmatch(text)
        if found is None:
            raise ValueError
        value = found[1]
        if sort == "time":
            if datetime.fromisoformat(value).tzinfo is None:
                raise ValueError
        elif sort == "items":
            _whole(value, 10**6)
        else:
            _dollars(value)
        return Position(value, int(found[2]))

    return parse

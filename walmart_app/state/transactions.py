"""The list of receipts: filters, pages, arrivals, and one receipt's details."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.queries import pipeline, receipts
from walmart_app.queries.database import Conn
from walmart_app.queries.errors import NotFound
from walmart_app.queries.receipt import WholeReceipt, whole_receipt
from walmart_app.queries.receipts import Receipt
from walmart_app.runtime import reader
from walmart_app.state.receipt_view import (
    FILTERS,
    PAGE_ROWS,
    ReceiptView,
    address,
    csv_address,
    filters_of,
    view_of,
)
from walmart_app.state.times import ago, whole

_EVERY = 1.5
_LIVE_SECONDS = 20.0  # times such as "2 min ago" are written anew at least so often
_WORDS = {
    "store": "Store",
    "pickup": "Pickup",
    "delivery": "Delivery",
    "api": "API",
    "cash": "Cash",
    "debit": "Debit card",
    "credit": "Credit card",
    "mobile_wallet": "Mobile wallet",
    "gift_card": "Gift card",
}
CHANNEL_CHOICES = [("", "All channels"), *((name, _WORDS[name]) for name in receipts.CHANNELS)]
PAYMENT_CHOICES = [("", "All payments"), *((name, _WORDS[name]) for name in receipts.PAYMENTS)]


@dataclasses.dataclass
class ReceiptRow:
    """A line of the table; texts are ready to show."""

    transaction_id: str
    when: str
    exact: str
    store: str
    customer: str
    channel: str
    payment: str
    item_count: str
    discount: str
    total: str
    arrived: bool


@dataclasses.dataclass
class LineRow:
    """A line of the open receipt."""

    number: str
    sku: str
    name: str
    quantity: str
    list_price: str
    unit_price: str
    amount: str
    promotion: str


@dataclasses.dataclass
class ReturnRow:
    """What came back of the open receipt."""

    name: str
    when: str
    quantity: str
    refund: str
    reason: str


@dataclasses.dataclass
class Fact:
    """A name and a value of the open receipt."""

    name: str
    value: str


class TransactionsState(rx.State):
    """The page's substate."""

    loaded: bool = False
    problem: str = ""
    ignored: str = ""
    live: bool = True
    rows: rx.Field[list[ReceiptRow]] = rx.field(default_factory=list)
    span: str = ""
    filtered: bool = False
    has_previous: bool = False
    has_next: bool = False
    waiting: str = ""
    stores: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    values: rx.Field[dict[str, str]] = rx.field(default_factory=lambda: dict.fromkeys(FILTERS, ""))
    directions: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    csv_href: str = "/api/v1/transactions.csv"
    panel_open: bool = False
    opened: str = ""
    opened_problem: str = ""
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    lines: rx.Field[list[LineRow]] = rx.field(default_factory=list)
    returns: rx.Field[list[ReturnRow]] = rx.field(default_factory=list)
    _view: ReceiptView = ReceiptView()
    _asked: ReceiptView = ReceiptView()  # ahead of _view while an address is on its way
    _page: list[Receipt] = []
    _paged: ReceiptView | None = None  # the list that _page is of: behind _view until it is read
    _count: int = 0
    _seen: int = 0
    _version: pipeline.Version | None = None
    _watch: int = 0

    @rx.event(background=True)
    async def watch(self) -> None:
        """Show the address's view, and follow what arrives; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
            view = view_of(dict(self.router.url.query_parameters))
            self._asked = view
            self._take(view)
            shown: pipeline.Version | None = self._version if view.listed == self._paged else None
        await self._show_receipt(turn, view)
        last = 0.0
        while True:
            problem = ""
            try:
                version = await reader().run(pipeline.version)
                now = asyncio.get_running_loop().time()
                if version != shown or now - last > _LIVE_SECONDS:
                    await self._refresh(turn, view, first=shown is None, version=version)
                    shown, last = version, now
            except WalmartSimError as error:
                problem = str(error)
            async with self:
                if self._watch != turn:
                    return
                self.problem = problem
            await asyncio.sleep(_EVERY)

    @rx.event
    def filter(self, name: str, value: str) -> Any:
        """Set one filter: back to the first page; the address keeps it."""
        if name not in FILTERS:
            return None
        wanted = view_of(filters_of(self._asked) | {name: str(value)[:100]}).wanted
        return self._go(dataclasses.replace(self._asked.first, wanted=wanted))

    @rx.event
    def reset_filters(self) -> Any:
        """Show all receipts, newest first."""
        return self._go(ReceiptView())

    @rx.event
    def sort_by(self, name: str) -> Any:
        """Sort by a column, or turn its order round."""
        if name not in receipts.SORTS:
            return None
        descending = not self._asked.descending if self._asked.sort == name else True
        return self._go(ReceiptView(self._asked.wanted, name, descending))  # type: ignore[arg-type]

    @rx.event
    def first_page(self) -> Any:
        """To the start, with what has arrived."""
        if self._asked.first == self._asked == self._view:  # the address stays, so nothing would be read anew
            self._version = None
            return TransactionsState.watch
        return self._go(self._asked.first)

    @rx.event
    def next_page(self) -> Any:
        """To the receipts after the last one shown."""
        if not self._turnable() or not self.has_next:
            return None
        after = self._page[:PAGE_ROWS][-1].position(self._asked.sort)
        return self._go(dataclasses.replace(self._asked, after=after, before=None, page=self._asked.page + 1))

    @rx.event
    def previous_page(self) -> Any:
        """To the receipts ahead of the first one shown."""
        if not self._turnable() or not self.has_previous:
            return None
        if self._asked.page <= 2:
            return self.first_page()
        before = self._page[0].position(self._asked.sort)
        return self._go(dataclasses.replace(self._asked, after=None, before=before, page=self._asked.page - 1))

    @rx.event
    def set_live(self, value: bool) -> Any:
        """Let arrivals in by themselves, or keep the page still."""
        self.live = bool(value)
        return self.first_page() if self.live and self.waiting and self._view.newest_first else None

    @rx.event
    def open_receipt(self, transaction_id: str) -> Any:
        """Show a receipt; the address keeps it."""
        text = str(transaction_id)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            return None
        return self._go(dataclasses.replace(self._asked, opened=int(text)))

    @rx.event
    def close_receipt(self, _open: bool = False) -> Any:
        """Back to the list."""
        return self._go(self._asked.listed)

    def _turnable(self) -> bool:
        """Whether the rows that are shown are those of the list that is asked for."""
        return bool(self._page) and self._paged == self._asked.listed

    def _go(self, view: ReceiptView) -> Any:
        self._asked = view
        return rx.redirect(address(view), replace=view.opened is None)

    def _take(self, view: ReceiptView) -> None:
        self._view = view
        values = filters_of(view)
        if values != self.values:  # setting them again would take away what is being typed
            self.values = values
        self.filtered = any(self.values.values())
        self.csv_href = csv_address(view)
        self.panel_open = view.opened is not None
        way = "descending" if view.descending else "ascending"
        self.directions = {name: way if name == view.sort else "none" for name in receipts.SORTS}
        names = ", ".join(view.ignored)
        self.ignored = f"The address has values that mean nothing here; they were left out: {names}." if names else ""

    async def _refresh(self, turn: int, view: ReceiptView, *, first: bool, version: pipeline.Version) -> None:
        """Read the page and the count; keep the page still where arrivals would move it."""
        async with self:
            moves = first or (self.live and view.newest_first)
        page, total, stores = await asyncio.gather(
            reader().run(lambda connection: _page(connection, view)) if moves else _nothing(),
            reader().run(lambda connection: receipts.count(connection, view.wanted)),
            reader().run(receipts.stores) if first else _nothing(),
        )
        async with self:
            if self._watch != turn:
                return
            if stores is not None:
                self.stores = [(str(store.store_id), store.name) for store in stores]
            if page is not None:
                known = {row.transaction_id for row in self._page} if not first else None
                self._page, self._paged, self._seen = page, view.listed, total
                self._draw(known)
            else:
                self._draw(None)
            self._count, self._version = total, version
            self.waiting = f"{whole(total - self._seen)} new" if total > self._seen else ""
            self._span(view, total)
            self.loaded = True

    def _draw(self, known: set[int] | None) -> None:
        now = datetime.now(UTC)
        shown = self._page[:PAGE_ROWS]
        rows = [_row(receipt, now, known is not None and receipt.transaction_id not in known) for receipt in shown]
        if rows != self.rows:
            self.rows = rows

    def _span(self, view: ReceiptView, total: int) -> None:
        start = (view.page - 1) * PAGE_ROWS + 1
        end = start + len(self.rows) - 1
        self.span = f"{whole(start)}-{whole(end)} of {whole(total)}" if self.rows else "None"
        self.has_previous = view.page > 1 or view.after is not None or view.before is not None
        self.has_next = bool(self.rows) and (len(self._page) > PAGE_ROWS or view.before is not None)

    async def _show_receipt(self, turn: int, view: ReceiptView) -> None:
        if view.opened is None:
            return
        found, problem = None, ""
        number = view.opened
        try:
            found = await reader().run(lambda connection: whole_receipt(connection, number))
        except (NotFound, WalmartSimError) as error:
            problem = str(error)
        async with self:
            if self._watch != turn:
                return
            self.opened, self.opened_problem = str(number), problem
            self.facts = _facts(found) if found else []
            self.lines = _lines(found) if found else []
            self.returns = _returns(found) if found else []


async def _nothing() -> None:
    return None


def _page(connection: Conn, view: ReceiptView) -> list[Receipt]:
    """One more than is shown, to know whether there is a next page."""
    forwards = view.before is None
    limit = PAGE_ROWS + 1 if forwards else PAGE_ROWS
    return receipts.receipts(
        connection,
        view.wanted,
        view.sort,
        descending=view.descending,
        after=view.after,
        before=view.before,
        limit=limit,
    )


def _row(receipt: Receipt, now: datetime, arrived: bool) -> ReceiptRow:
    nameless = "Unknown shopper" if receipt.customer_id is None else f"Customer {receipt.customer_id}"
    return ReceiptRow(
        str(receipt.transaction_id),
        _when(receipt.transaction_timestamp, now),
        f"{receipt.transaction_timestamp:%Y-%m-%d %H:%M:%S} UTC",
        receipt.store_name,
        receipt.customer_name or nameless,
        _WORDS.get(receipt.channel, receipt.channel),
        _WORDS.get(receipt.payment_method, receipt.payment_method),
        whole(receipt.item_count),
        _money(receipt.discount_amount) if receipt.discount_amount else "",
        _money(receipt.total_amount),
        arrived,
    )


def _when(instant: datetime, now: datetime) -> str:
    """The world's clock may be ahead of the wall's: then, and for what is old, the day says more."""
    if instant > now or (now - instant).days >= 2:
        return f"{instant:%d %b %Y, %H:%M}"
    return ago(instant, now)


def _money(value: Any) -> str:
    return f"${value:,.2f}"


def _facts(found: WholeReceipt) -> list[Fact]:
    header = found.header
    return [
        Fact("Time", f"{header.transaction_timestamp:%A, %d %B %Y, %H:%M:%S} UTC"),
        Fact("Store", found.store),
        Fact("Customer", found.customer or "Unknown shopper"),
        Fact("Channel", _WORDS.get(header.channel, header.channel)),
        Fact("Payment", _WORDS.get(header.payment_method, header.payment_method)),
        Fact("Items", whole(header.item_count)),
        Fact("Discount", _money(header.discount_amount)),
        Fact("Total without tax", _money(header.total_amount)),
        Fact("Tax", _money(header.tax_amount)),
        Fact("Paid", _money(header.total_amount + header.tax_amount)),
    ]


def _lines(found: WholeReceipt) -> list[LineRow]:
    return [
        LineRow(
            str(line.line_number),
            line.sku,
            line.name,
            whole(line.quantity),
            _money(line.list_price),
            _money(line.unit_price),
            _money(line.line_amount),
            f"{line.discount_pct:.0f}% off" if line.discount_pct is not None else "",
        )
        for line in found.lines
    ]


def _returns(found: WholeReceipt) -> list[ReturnRow]:
    return [
        ReturnRow(
            item.name,
            f"{item.returned_at:%d %b %Y}",
            whole(item.quantity),
            _money(item.refund_amount),
            item.reason.replace("_", " "),
        )
        for item in found.returns
    ]

"""The dashboard: its filters live in the address, and everything it shows obeys them."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import plotly.graph_objects as go
import reflex as rx

from loaders.errors import NoCompany, WalmartSimError
from walmart_app.figures.dashboard import BarRow, HeatRow
from walmart_app.figures.kpi import Kpi
from walmart_app.queries.errors import NotBuilt
from walmart_app.state import dashboard_texts as texts
from walmart_app.state.dashboard_read import Found, newest_build, read
from walmart_app.state.dashboard_texts import ProductRow
from walmart_app.state.dashboard_view import (
    CHANNEL_NAMES,
    COMPARISONS,
    METRICS,
    PRESETS,
    View,
    day,
)
from walmart_app.state.dashboard_view import read as read_view

_EVERY = 3.0


class DashboardState(rx.State):
    """What the page shows; the filters' fields follow the address."""

    loaded: bool = False
    waiting: str = ""
    problem: str = ""
    notes: rx.Field[list[str]] = rx.field(default_factory=list)
    nothing_sold: bool = False
    status: str = ""
    filtered: bool = False

    preset: str = "28"
    first: str = ""
    last: str = ""
    earliest: str = ""
    latest: str = ""
    store: str = ""
    category: str = ""
    channel: str = ""
    compare: str = "previous"
    metric: str = "revenue"
    stores: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    categories: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    kpis: rx.Field[list[Kpi]] = rx.field(default_factory=list)
    trend: go.Figure = go.Figure()
    titles: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    category_bars: rx.Field[list[BarRow]] = rx.field(default_factory=list)
    store_bars: rx.Field[list[BarRow]] = rx.field(default_factory=list)
    channel_bars: rx.Field[list[BarRow]] = rx.field(default_factory=list)
    heat: rx.Field[list[HeatRow]] = rx.field(default_factory=list)
    hours: rx.Field[list[str]] = rx.field(default_factory=list)
    products: rx.Field[list[ProductRow]] = rx.field(default_factory=list)
    _turn: int = 0
    _view: View = View()

    @rx.event(background=True)
    async def load(self) -> None:
        """Show what the address asks for, and again whenever there are other figures; ends with the page."""
        async with self:
            self._turn += 1
            turn = self._turn
            self._view = view = read_view(self.router.url.query_parameters)
        shown: tuple[Any, ...] | None = None
        while True:
            mark, found, waiting, problem = None, None, "", ""
            try:
                mark = await newest_build()
                if mark != shown:
                    found = await read(view)
            except (NoCompany, NotBuilt) as error:
                waiting = str(error)
            except WalmartSimError as error:
                problem = str(error)
            async with self:
                if self._turn != turn:
                    return
                self.waiting, self.problem = waiting, problem
                if found is not None:
                    self._show(found)
                    if self._view == view:  # else another choice is on its way
                        self._view = found.resolved.view
                self.loaded = True
            shown = None if waiting or problem else mark
            await asyncio.sleep(_EVERY)

    @rx.event
    def choose_preset(self, value: str) -> rx.event.EventSpec | None:
        """The last days, the year, or days of one's own."""
        return self._go(preset=value) if value in PRESETS else None

    @rx.event
    def choose_first(self, value: str) -> rx.event.EventSpec | None:
        """The first day of a range of one's own."""
        chosen = day(value)
        return self._go(preset="custom", first=chosen.isoformat()) if chosen else None

    @rx.event
    def choose_last(self, value: str) -> rx.event.EventSpec | None:
        """The last day of a range of one's own."""
        chosen = day(value)
        return self._go(preset="custom", last=chosen.isoformat()) if chosen else None

    @rx.event
    def choose_store(self, value: str) -> rx.event.EventSpec | None:
        """One store, or all; the one that is chosen already is let go."""
        known = {key for key, _ in self.stores}
        return self._go(store="" if value == self.store else value) if value in known else None

    @rx.event
    def choose_category(self, value: str) -> rx.event.EventSpec | None:
        """One category, or all."""
        return self._go(category=value) if value in {key for key, _ in self.categories} else None

    @rx.event
    def choose_channel(self, value: str) -> rx.event.EventSpec | None:
        """One channel, or all; the one that is chosen already is let go."""
        known = value in CHANNEL_NAMES or value == ""
        return self._go(channel="" if value == self.channel else value) if known else None

    @rx.event
    def choose_comparison(self, value: str) -> rx.event.EventSpec | None:
        """What the period is compared with."""
        return self._go(compare=value) if value in COMPARISONS else None

    @rx.event
    def choose_metric(self, value: str) -> rx.event.EventSpec | None:
        """What the charts measure."""
        return self._go(metric=value) if value in METRICS else None

    @rx.event
    def reset_filters(self) -> rx.event.EventSpec:
        """Back to the page as it opens."""
        return rx.redirect(View().address(), replace=True)

    @rx.event
    async def download(self) -> rx.event.EventSpec:
        """The days' figures under the filters, as a file."""
        try:
            found = await read(self._view)
        except WalmartSimError as error:
            return rx.toast.error(str(error), duration=8000)
        now = found.resolved.now
        return rx.download(data=texts.daily_csv(found), filename=f"daily-{now.first}-to-{now.last}.csv")

    def _go(self, **changed: str) -> rx.event.EventSpec:
        """The address with a choice more; kept at once: the next choice may come before the figures of this one."""
        # the dates on the page become the start of a range of one's own
        now = dataclasses.replace(self._view, first=self._view.first or self.first, last=self._view.last or self.last)
        self._view = dataclasses.replace(now, **changed)
        return rx.redirect(self._view.address(), replace=True)

    def _show(self, found: Found) -> None:
        view = found.resolved.view
        self.filtered = view.address() != View().address()
        for name in ("preset", "first", "last", "store", "category", "channel", "compare", "metric"):
            self._assign(name, getattr(view, name))
        choices = found.choices
        self._assign("earliest", choices.first_day.isoformat())
        self._assign("latest", max(choices.last_day, choices.last_complete_day).isoformat())
        self._assign("stores", [("", "All stores"), *((str(n), name) for n, name in choices.stores.items())])
        self._assign("categories", [("", "All categories"), *((name, name) for name in choices.categories)])
        self._assign("notes", found.resolved.notes)
        self._assign("nothing_sold", not any(day.amounts.orders for day in found.now.sales.days))
        self._assign("status", _status(found))
        self._assign("kpis", texts.kpis(found))
        trend = texts.trend(found)
        if trend.to_plotly_json() != self.trend.to_plotly_json():
            self.trend = trend
        self._assign("titles", texts.titles(found))
        self._assign("category_bars", texts.category_bars(found))
        self._assign("store_bars", texts.store_bars(found))
        self._assign("channel_bars", texts.channel_bars(found))
        rows, hours = texts.heat(found)
        self._assign("heat", rows)
        self._assign("hours", hours)
        self._assign("products", texts.products(found))

    def _assign(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)


def _status(found: Found) -> str:
    resolved = found.resolved
    shown = f"{texts.span(resolved.now)} ({resolved.now.days} {'day' if resolved.now.days == 1 else 'days'})"
    against = f", compared with {texts.span(resolved.before)}" if resolved.before else ""
    as_of = found.choices.as_of
    return f"{shown}{against}. Data as of {as_of:%A}, {as_of.day} {as_of:%B %Y, %H:%M} UTC."

"""The dashboard's figures as it shows them: cards, charts, rows and sentences."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from walmart_app.figures import dashboard as figures
from walmart_app.figures.kpi import DEFINITIONS, Kpi, kpi
from walmart_app.queries.dashboard import Filters
from walmart_app.queries.dashboard_sales import Amounts, Slice, total
from walmart_app.state.dashboard_read import Found, Period
from walmart_app.state.dashboard_view import CHANNEL_NAMES, METRICS

UNITS = {"revenue": "Dollars", "orders": "Receipts", "units": "Units"}


@dataclass
class ProductRow:
    """A line of the top products."""

    key: str
    rank: str
    name: str
    category: str
    revenue: str
    units: str
    share: str


def dates(first: date, last: date) -> str:
    """A period as people write it."""
    if first == last:
        return f"{last.day} {last:%b %Y}"
    start = f"{first.day} {first:%b}" if first.year == last.year else f"{first.day} {first:%b %Y}"
    return f"{start} to {last.day} {last:%b %Y}"


def span(filters: Filters) -> str:
    """A period's days."""
    return dates(filters.first, filters.last)


def value(amounts: Amounts, metric: str) -> float:
    """One of the three metrics."""
    return float(getattr(amounts, metric))


def kpis(found: Found) -> list[Kpi]:
    """The cards, in order."""
    now, before = _Totals(found.now), _Totals(found.before) if found.before else None
    category, channel = found.resolved.now.category, found.resolved.now.channel
    days = found.now.sales.days

    def card(key: str, title: str, text: str, of: Callable[[_Totals], float], series: Sequence[float], meaning: str,
             *, more_is_better: bool = True, note: str = "") -> Kpi:  # fmt: skip
        return kpi(key, title, text, of(now), of(before) if before else None, series, meaning,
                   more_is_better=more_is_better, note=note, href=f"{DEFINITIONS}#{key}")  # fmt: skip

    receipts = f"Receipts with at least one line of {category}." if category else "Receipts."
    basket = now.basket
    refunds = found.now.refunds
    stock = found.stock
    return [
        card("revenue", "Revenue", f"${now.amounts.revenue:,.2f}", lambda part: part.revenue,
             [float(day.amounts.revenue) for day in days], "Dollars paid for goods; sales tax is apart."),
        card("orders", "Orders", f"{now.amounts.orders:,}", lambda part: part.amounts.orders,
             [day.amounts.orders for day in days], receipts),
        card("basket", "Average basket", f"${basket:,.2f}" if now.amounts.orders else "None", lambda part: part.basket,
             [float(day.amounts.revenue) / day.amounts.orders for day in days if day.amounts.orders],
             "Revenue divided by orders."),
        card("units", "Units", f"{now.amounts.units:,}", lambda part: part.amounts.units,
             [day.amounts.units for day in days], "Pieces sold."),
        card("margin", "Gross margin", f"${now.margin:,.2f}", lambda part: part.margin,
             [float(day.margin) for day in days], "Revenue less the goods' cost, at today's cost of each product.",
             note=f"{now.margin / now.revenue:.1%} of revenue" if now.revenue else ""),
        card("members", "Active customers", f"{found.now.members:,}", lambda part: part.members, [],
             "Different known customers with at least one order. Who pays cash and is not in the loyalty programme is "
             "not known."),
        card("returns", "Returns", f"{now.returned:.2%}" if now.revenue else "None", lambda part: part.returned,
             [float(refunds.get(day.date, 0)) for day in days],
             "Refunds paid in the period, in percent of its revenue. The line shows the refunds.",
             more_is_better=False, note=f"${now.refunds:,.2f}"),
        kpi("stock", "Out of stock now", f"{stock.empty / stock.places:.1%}" if stock.places else "None", 0, None, [],
            "Products in stores that hold no unit at the newest count, in percent of all that are still ordered. "
            "It has no period, and stock is shared by all channels.", href=f"{DEFINITIONS}#stock",
            note=f"{stock.empty:,} of {stock.places:,}" + (", all channels" if channel else "")),
    ]  # fmt: skip


class _Totals:
    """A period's sums."""

    def __init__(self, period: Period) -> None:
        self.amounts = total(day.amounts for day in period.sales.days)
        self.revenue = float(self.amounts.revenue)
        self.margin = float(sum(day.margin for day in period.sales.days))
        self.refunds = float(sum(period.refunds.values()))
        self.members = period.members
        self.basket = self.revenue / self.amounts.orders if self.amounts.orders else 0.0
        self.returned = self.refunds / self.revenue if self.revenue else 0.0


def trend(found: Found) -> go.Figure:
    """The line over time."""
    metric = found.resolved.view.metric

    def points(period: Period, filters: Filters) -> list[figures.Bucket]:
        days = {day.date: value(day.amounts, metric) for day in period.sales.days}
        return figures.buckets(days, filters.first, filters.last)

    now = points(found.now, found.resolved.now)
    before = points(found.before, found.resolved.before) if found.before and found.resolved.before else []
    return figures.line(now, before, metric)


def titles(found: Found) -> dict[str, str]:
    """Each chart's question, and its unit and period."""
    resolved = found.resolved
    view, period, metric = resolved.view, span(resolved.now), resolved.view.metric
    unit = UNITS[metric]
    step = "a day" if resolved.now.days <= figures.LONGEST_BY_DAY else "in seven days up to the one shown"
    against = f". Grey: {span(resolved.before)}" if resolved.before else ""
    whole = figures.amount(value(total(day.amounts for day in found.now.sales.days), metric), metric)
    of_category = UNITS[category_metric(found)]
    beside = ". The others stand beside the chosen one"
    return {
        "trend": {"revenue": "How have sales moved?", "orders": "How have orders moved?"}.get(
            metric, "How have units moved?"
        ),
        "trend_subtitle": f"{unit} {step}, {period}{against}",
        "trend_label": f"{METRICS[metric]} over time, {period}: {whole} altogether",
        "categories": f"What sells in {view.category}?" if view.category else "Which categories sell?",
        "categories_subtitle": f"{of_category} by kind of goods, {period}"
        if view.category
        else f"{of_category}, {period}. Choose one to see what is in it",
        "stores_subtitle": f"{unit}, {period}{beside if view.store else ''}",
        "channels_subtitle": f"{unit}, {period}{beside if view.channel else ''}",
        "hours_subtitle": f"{unit} in an hour of the stores' own clocks, on an average day, {period}",
        "products_subtitle": f"The {len(found.products)} with the highest revenue, {period}. Share of all revenue "
        "under the filters",
    }


def category_bars(found: Found) -> list[figures.BarRow]:
    """Bars of the categories, or of the kinds of goods in the chosen one."""
    metric = category_metric(found)
    return _bars(found, lambda period: period.sales.categories, metric, "category-bar", lambda key: key, "")


def category_metric(found: Found) -> str:
    """Receipts cannot be counted by kinds of goods: units stand in."""
    view = found.resolved.view
    return "units" if view.category and view.metric == "orders" else view.metric


def store_bars(found: Found) -> list[figures.BarRow]:
    """Bars of all stores."""
    names = {str(number): name for number, name in found.choices.stores.items()}
    view = found.resolved.view
    return _bars(found, lambda period: period.sales.stores, view.metric, "store-bar",
                 lambda key: names.get(key, key), view.store)  # fmt: skip


def channel_bars(found: Found) -> list[figures.BarRow]:
    """Bars of all channels."""
    view = found.resolved.view
    return _bars(found, lambda period: period.sales.channels, view.metric, "channel-bar",
                 lambda key: CHANNEL_NAMES.get(key, key), view.channel)  # fmt: skip


def _bars(
    found: Found,
    of: Callable[[Period], list[Slice]],
    metric: str,
    prefix: str,
    label: Callable[[str], str],
    chosen: str,
) -> list[figures.BarRow]:
    earlier = {part.key: value(part.amounts, metric) for part in of(found.before)} if found.before else {}
    rows = [(part.key, label(part.key), value(part.amounts, metric), earlier.get(part.key)) for part in of(found.now)]
    return figures.bars(sorted(rows, key=lambda row: -row[2]), metric, prefix=prefix, chosen=chosen)


def heat(found: Found) -> tuple[list[figures.HeatRow], list[str]]:
    """The hours of the week, and the names of their columns."""
    resolved = found.resolved
    metric = resolved.view.metric
    values = {(hour.day_of_week, hour.hour): value(hour.amounts, metric) for hour in found.hours}
    rows = figures.week(values, resolved.now.first, resolved.now.last, metric)
    return rows, [str(hour) for hour in figures.hours_shown(values)]


def products(found: Found) -> list[ProductRow]:
    """The table of top products."""
    whole = total(day.amounts for day in found.now.sales.days).revenue
    return [
        ProductRow(
            key=str(product.product_id),
            rank=str(rank),
            name=product.name,
            category=product.category,
            revenue=f"${product.revenue:,.2f}",
            units=f"{product.units:,}",
            share=f"{product.revenue / whole:.1%}" if whole else "",
        )
        for rank, product in enumerate(found.products, start=1)
    ]


def daily_csv(found: Found) -> str:
    """The days' figures under the filters."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["date", "revenue", "orders", "units", "gross_margin", "refunds"])
    for day in found.now.sales.days:
        paid_back = found.now.refunds.get(day.date, 0)
        rows.writerow(
            [day.date, f"{day.amounts.revenue:.2f}", day.amounts.orders, day.amounts.units, f"{day.margin:.2f}",
             f"{paid_back:.2f}"]
        )  # fmt: skip
    return out.getvalue()

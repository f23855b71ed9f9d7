"""What the dashboard is asked to show: read from the address, checked against what there is, written back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from walmart_app.queries.dashboard import CHANNELS, Choices, Filters

ROUTE = "/dashboard"
PRESETS = {
    "7": "Last 7 days",
    "28": "Last 28 days",
    "90": "Last 90 days",
    "ytd": "Year to date",
    "all": "All days",
    "custom": "Custom range",
}
COMPARISONS = {"previous": "Previous period", "year": "Last year", "none": "Nothing"}
METRICS = {"revenue": "Revenue", "orders": "Orders", "units": "Units"}
CHANNEL_NAMES = {"store": "In store", "pickup": "Pickup", "delivery": "Delivery", "api": "API"}
YEAR = timedelta(weeks=52)  # whole weeks, so that weekdays meet weekdays


@dataclass(frozen=True)
class View:
    """The parameters of the address, as text; empty: all."""

    preset: str = "28"
    first: str = ""
    last: str = ""
    store: str = ""
    category: str = ""
    channel: str = ""
    compare: str = "previous"
    metric: str = "revenue"

    def address(self) -> str:
        """The page's address with what differs from the start."""
        names = {"first": "from", "last": "to"}
        custom = self.preset == "custom"
        chosen = {
            names.get(part.name, part.name): getattr(self, part.name)
            for part in dataclasses.fields(self)
            if getattr(self, part.name) != part.default and (custom or part.name not in {"first", "last"})
        }
        return f"{ROUTE}?{urlencode(chosen)}" if chosen else ROUTE


@dataclass(frozen=True)
class Resolved:
    """What is shown: the view as it could be granted, the period and the one it is compared with, and what to say."""

    view: View
    now: Filters
    before: Filters | None
    notes: list[str]


def read(parameters: Mapping[str, str]) -> View:
    """The view that an address asks for; what cannot be meant at all falls back to the start's."""

    def one_of(name: str, allowed: Mapping[str, str], otherwise: str) -> str:
        value = str(parameters.get(name, ""))
        return value if value in allowed else otherwise

    first, last = (str(parameters.get(name, ""))[:10] for name in ("from", "to"))
    return View(
        preset=one_of("preset", PRESETS, "custom" if first or last else "28"),
        first=first,
        last=last,
        store=str(parameters.get("store", ""))[:10],
        category=str(parameters.get("category", ""))[:100],
        channel=str(parameters.get("channel", ""))[:10],
        compare=one_of("compare", COMPARISONS, "previous"),
        metric=one_of("metric", METRICS, "revenue"),
    )


def day(text: object) -> date | None:
    """The day that a date field means; None while it is being typed."""
    try:
        found = date.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.year >= 1900 else None


def resolve(view: View, choices: Choices) -> Resolved:
    """The view against the company: unknown names are left out and days cut to those there are, each with a note."""
    notes: list[str] = []
    number = int(view.store) if view.store.isascii() and view.store.isdigit() else None
    store = str(number) if number in choices.stores else ""
    category = view.category if view.category in choices.categories else ""
    channel = view.channel if view.channel in CHANNELS else ""
    for what, asked, found in (
        ("store", view.store, store),
        ("category", view.category, category),
        ("channel", view.channel, channel),
    ):
        if asked and not found:
            notes.append(f"There is no {what} “{asked}”: the filter is left out.")
    first, last = _days(view, choices, notes)
    chosen = int(store) if store else None, category or None, channel or None
    now = Filters(first, last, *chosen, open_from=choices.open_from)
    before = _before(view.compare, view.preset, now, choices, notes)
    granted = dataclasses.replace(
        view, first=first.isoformat(), last=last.isoformat(), store=store, category=category, channel=channel
    )
    return Resolved(granted, now, before, notes)


def _days(view: View, choices: Choices, notes: list[str]) -> tuple[date, date]:
    newest = max(choices.last_complete_day, choices.first_day)
    if view.preset == "custom":
        first, last = day(view.first), day(view.last)
        for name, asked, found in (("from", view.first, first), ("to", view.last, last)):
            if asked and found is None:
                notes.append(f"“{asked}” is not a day (write YYYY-MM-DD): `{name}` is left out.")
        first, last = first or choices.first_day, last or newest
        if first > last:
            first, last = last, first
        reach = max(choices.last_day, newest)
        kept = min(max(first, choices.first_day), reach), max(min(last, reach), choices.first_day)
        if kept != (first, last):
            notes.append(f"There are figures from {choices.first_day} to {reach}: the range is cut to them.")
        return kept
    first = {
        "7": newest - timedelta(days=6),
        "28": newest - timedelta(days=27),
        "90": newest - timedelta(days=89),
        "ytd": date(newest.year, 1, 1),
    }.get(view.preset, choices.first_day)
    return max(first, choices.first_day), newest


def _before(compare: str, preset: str, now: Filters, choices: Choices, notes: list[str]) -> Filters | None:
    if compare == "none" or (preset == "all" and compare == "previous"):
        return None
    back = YEAR if compare == "year" else timedelta(days=now.days)
    if now.first - back < choices.first_day:
        notes.append(f"Nothing to compare with: the company's days begin on {choices.first_day}.")
        return None
    return dataclasses.replace(now, first=now.first - back, last=now.last - back)

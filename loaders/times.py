"""The world's instants: days from 10:00 UTC, months, and the periods that one commit advances.

Only entry points look at the wall clock; here `now` is an argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from loaders.errors import PeriodError

Period = Literal["month", "day", "slice"]

DAY_START = time(10, 0, tzinfo=UTC)  # no US store is open at this instant
SLICE = timedelta(minutes=15)


def day_start(day: date) -> datetime:
    """The instant at which a world day begins."""
    return datetime.combine(day, DAY_START)


def world_day(instant: datetime) -> date:
    """The world day that contains an instant."""
    return (instant.astimezone(UTC) - timedelta(hours=10)).date()


def last_boundary(now: datetime) -> datetime:
    """The last instant at which a world day began."""
    return day_start(world_day(now))


def first_of_next_month(day: date) -> date:
    """The first day of the month after the day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def is_month_start(instant: datetime) -> bool:
    """Whether a month's first world day begins at the instant; full snapshots are taken then."""
    return instant == last_boundary(instant) and world_day(instant).day == 1


def checked(instant: datetime) -> datetime:
    """The instant in UTC.

    Raises:
        PeriodError: it has no time zone, or is not a whole quarter of an hour.
    """
    if instant.tzinfo is None:
        message = f"{instant.isoformat()} has no time zone: give an instant in UTC."
        raise PeriodError(message)
    utc = instant.astimezone(UTC)
    if utc.minute % 15 or utc.second or utc.microsecond:
        message = f"{utc.isoformat()} is not a whole quarter of an hour: the world moves in those."
        raise PeriodError(message)
    return utc


def stops(clock: datetime, until: datetime, period: Period) -> Iterator[datetime]:
    """Where to commit on the way from `clock` to `until`: every period's end, every month's start, and `until`."""
    while clock < until:
        day = world_day(clock)
        if period == "month":
            following = day_start(first_of_next_month(day))
        elif period == "day":
            following = day_start(day + timedelta(days=1))
        else:
            following = clock + SLICE
        clock = min(following, until)
        yield clock

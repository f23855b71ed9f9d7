"""The world's days: [d 10:00 UTC, d+1 10:00 UTC), and the stores' local time within them.

Every US store, Eastern to Hawaii, opens and closes within 06:00-23:59 local, which lies
inside one world day, so a sale's local date is its world day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.errors import ClockError

DAY_START = time(10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SLICE = timedelta(minutes=15)
SLICES_PER_DAY = DAY // SLICE
DAY_SECONDS = 86_400
EPOCH = date(2000, 1, 1)
EARLIEST_OPENING, LATEST_CLOSING = time(6, 0), time(23, 59)


def day_start(day: date) -> datetime:
    """The instant at which a world day begins."""
    return datetime.combine(day, DAY_START)


def world_day(instant: datetime) -> date:
    """The world day that contains an instant."""
    return (instant.astimezone(UTC) - timedelta(hours=10)).date()


def seconds_into_day(instant: datetime) -> int:
    """Seconds since the instant's world day began (0 at the boundary)."""
    return int((instant - day_start(world_day(instant))).total_seconds())


def day_number(day: date) -> int:
    """Days since 2000-01-01, the number that keys carry."""
    return (day - EPOCH).days


def numbered_day(number: int) -> date:
    """The inverse of `day_number`."""
    return EPOCH + timedelta(days=number)


def unix_start(day: date) -> int:
    """Unix seconds of the world day's beginning."""
    return int(day_start(day).timestamp())


@lru_cache(maxsize=4096)
def local_midnight_offset(day: date, zone: str) -> int:
    """Seconds from the world day's beginning to local 00:00 by the offset in force in opening hours.

    Usually negative. Clocks change at 02:00 local, before any store opens, so noon's offset holds.
    """
    offset = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset()
    if offset is None:  # pragma: no cover - every IANA zone has an offset
        message = f"time zone {zone} has no offset on {day}"
        raise ClockError(message)
    return -int(offset.total_seconds()) - 10 * 3600


def checked_instant(instant: datetime) -> datetime:
    """The instant in UTC; raises ClockError unless it is aware and a multiple of a quarter of an hour."""
    if instant.tzinfo is None:
        message = f"{instant.isoformat()} has no time zone; give an instant in UTC"
        raise ClockError(message)
    utc = instant.astimezone(UTC)
    if utc.minute % 15 or utc.second or utc.microsecond:
        message = f"{utc.isoformat()} is not a whole quarter of an hour"
        raise ClockError(message)
    return utc

"""Which instants a window holds (section 5), given the as-of instant A and the project's time zone.

window_holds({"within": "30 days"}, t, A, zone)   is   A − 30d < t ≤ A
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reference.values import as_instant

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}


def shifted(instant: datetime, duration: str, sign: int) -> datetime:
    """Section 5, Durations: so much later (`sign` 1) or earlier (-1); months by the calendar, clamped.

    What would lie outside the calendar is its first or last instant.
    """
    try:
        return _shifted(instant, duration, sign)
    except (OverflowError, ValueError):
        return (datetime.min if sign < 0 else datetime.max).replace(tzinfo=UTC)


def _shifted(instant: datetime, duration: str, sign: int) -> datetime:
    count, unit = duration.split()
    if unit.rstrip("s") != "month":
        return instant + sign * int(count) * timedelta(seconds=_SECONDS[unit.rstrip("s")])
    year, month0 = divmod(instant.year * 12 + instant.month - 1 + sign * int(count), 12)
    days_in_month = calendar.monthrange(year, month0 + 1)[1]
    return instant.replace(year=year, month=month0 + 1, day=min(instant.day, days_in_month))


def window_holds(window: dict[str, Any], time: datetime, as_of: datetime, zone: ZoneInfo) -> bool:
    """Section 5, the table of windows; a mapping without a window holds every instant up to A."""
    if "within" in window:
        return shifted(as_of, window["within"], -1) < time <= as_of
    if "between" in window:
        longer, shorter = window["between"]
        return shifted(as_of, longer, -1) < time <= shifted(as_of, shorter, -1)
    if "older_than" in window:
        return time <= shifted(as_of, window["older_than"], -1)
    if "during" in window:
        return during_holds(window["during"], time, as_of, zone)
    since, until = as_instant(window.get("since")), as_instant(window.get("until"))
    return (since is None or since <= time) and (until is None or time < until)


def during_holds(name: str, time: datetime, as_of: datetime, zone: ZoneInfo) -> bool:
    """Section 5, `during`: the zone's calendar; what goes on ends at A, what is over at the next start."""
    today = as_of.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if name in ("today", "yesterday"):
        this, unit = name == "today", "day"
    else:
        this, unit = name.startswith("this "), name.split()[1]
    start = _start_of(unit, today)
    if this:
        return _instant(start, zone) <= time <= as_of
    return _instant(_start_of(unit, start - timedelta(days=1)), zone) <= time < _instant(start, zone)


def _start_of(unit: str, day: datetime) -> datetime:
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    first_month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=first_month, day=1)


def _instant(midnight: datetime, zone: ZoneInfo) -> datetime:
    return midnight.replace(tzinfo=zone).astimezone(UTC)

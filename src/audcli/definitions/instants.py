"""Dates and timestamps as definitions write them: ISO 8601, in UTC when no offset is given.

2026-01-31              -> date(2026, 1, 31)
2026-01-31 10:00 +02:00 -> datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_FORM = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?:[ \t]*(?P<offset>[Zz]|(?P<sign>[-+])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?))?)?"
)


def read_instant(text: str) -> datetime | date:
    """Read a date, or a timestamp as an instant in UTC (digits beyond microseconds are cut).

    Raises `ValueError` where the text has another form, or names a day or time that does not exist.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no date or timestamp")
    day = date.fromisoformat(found["day"])
    if found["hour"] is None:
        return day
    instant = datetime(
        day.year,
        day.month,
        day.day,
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        int((found["fraction"] or "")[:6].ljust(6, "0")),
        tzinfo=_zone(found),
    )
    try:
        return instant.astimezone(UTC)
    except OverflowError as overflow:
        raise ValueError(f"{text!r} is outside the calendar in UTC") from overflow


def _zone(found: re.Match[str]) -> timezone:
    if found["sign"] is None:
        return UTC
    minutes = int(found["minutes"] or 0)
    if minutes > 59:
        raise ValueError(f"{minutes} is no number of minutes")
    offset = timedelta(hours=int(found["hours"]), minutes=minutes)
    return timezone(offset if found["sign"] == "+" else -offset)

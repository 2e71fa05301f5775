"""Quantities, shares and spans of time in words.

2, None                              ->  "at least 2"
Interval(2026-06-17 …, 2026-07-01 …) ->  "(2026-06-17, 2026-07-01]"
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from audcli.numbers import shortest_text
from audcli.plan.model import Interval, Limit

_TICK = timedelta(microseconds=1)


def of_quantity(minimum: int, maximum: int | None) -> str:
    """Say how many there should be."""
    match minimum, maximum:
        case 0, None:
            return "any number"
        case least, None:
            return f"at least {least:,}"
        case least, most if least == most:
            return f"exactly {least:,}"
        case 0, most:
            return f"at most {most:,}"
        case least, most:
            return f"{least:,} to {most:,}"
    raise AssertionError("unreachable")


def of_interval(interval: Interval) -> str:
    """Write an interval as `(start, end]`; each end is written from the side on which it is the rounder."""
    start, end = "(…", "…)"
    if interval.start is not None:
        rounder = _starts_round(interval.start)
        start = f"[{_instant(interval.start)}" if rounder else f"({_instant(interval.start - _TICK)}"
    if interval.end is not None:
        end = f"{_instant(interval.end)})" if _ends_round(interval.end) else f"{_instant(interval.end - _TICK)}]"
    return f"{start}, {end}"


def of_dates(interval: Interval) -> str:
    """Write which dates lie in an interval, as date operators do where one of them says it."""
    match interval.start, interval.end:
        case None, None:
            return "is a date"
        case None, datetime() as end:
            return f"before {_instant(end)}" if _ends_round(end) else f"on_or_before {_instant(end - _TICK)}"
        case datetime() as start, None:
            return f"on_or_after {_instant(start)}" if _starts_round(start) else f"after {_instant(start - _TICK)}"
        case datetime() as start, datetime() as end if end - start == _TICK:
            return f"equals {_instant(start)}"
        case _:
            return f"is a date in {of_interval(interval)}"


def of_limit(limit: Limit) -> str:
    """Write a span of time in the largest unit in which it is whole."""
    if limit.months:
        return _counted(limit.months, "month")
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if limit.seconds % seconds == 0:
            return _counted(limit.seconds // seconds, unit)
    return _counted(limit.seconds, "second")


def of_percent(share: Fraction) -> str:
    """Write a share as so many percent."""
    return f"{shortest_text(round(float(share * 100), 9))} percent"


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def _instant(value: datetime) -> str:
    """Write an instant no longer than it must be."""
    if value.microsecond:
        return value.isoformat(sep=" ", timespec="microseconds")
    if (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")


def _starts_round(start: datetime) -> bool:
    return start == datetime.min or len(_instant(start)) < len(_instant(start - _TICK))


def _ends_round(end: datetime) -> bool:
    return len(_instant(end)) < len(_instant(end - _TICK))

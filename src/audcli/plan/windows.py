"""Windows become intervals: `within: 30 days` at A is from A − 30 days (out) to A (in).

All intervals are half-open the other way round, [start, end), to the microsecond; that is the same set of instants.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from audcli.definitions.documents import CalendarWindow, Window
from audcli.definitions.durations import Duration
from audcli.definitions.instants import read_instant
from audcli.plan.events import span_of
from audcli.plan.model import Interval, Limit

_TICK = timedelta(microseconds=1)


def just_after(instant: datetime) -> datetime:
    """Give the next microsecond, so that `t < just_after(A)` is `t <= A`."""
    return instant if instant == datetime.max else instant + _TICK


def end_at(instant: datetime) -> datetime | None:
    """Give the end of an interval whose last instant this is; after the last one of the calendar there is none."""
    return None if instant == datetime.max else just_after(instant)


def later_than(instant: datetime) -> Interval:
    """Give the instants after this one; after the last one of the calendar there is none."""
    return Interval(just_after(instant), instant if instant == datetime.max else None)


def whole_day(instant: datetime) -> Interval:
    """Give the UTC day that holds the instant; the last day of the calendar has no end."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    last_day = midnight.date() == date.max
    return Interval(midnight, None if last_day else midnight + timedelta(days=1))


def interval_of(window: Window, as_of: datetime, timezone: ZoneInfo) -> Interval:
    """Resolve a window (SPEC section 5) at `as_of` (UTC, without a zone); nothing after `as_of` is ever in it."""
    until_now = just_after(as_of)
    if window.within is not None:
        return last(window.within, as_of)
    if window.between is not None:
        longer, shorter = window.between
        spans = (span_of(longer), span_of(shorter))
        return Interval(just_after(longer.before(as_of)), just_after(shorter.before(as_of)), spans)
    if window.older_than is not None:
        return before_last(window.older_than, as_of)
    if window.during is not None:
        return calendar_interval(window.during, as_of, timezone).meets(Interval(None, until_now))
    since = None if window.since is None else instant_of(window.since)
    until = until_now if window.until is None else min(instant_of(window.until), until_now)
    return Interval(since, until)


def last(duration: Duration, as_of: datetime) -> Interval:
    """Give the instants after `as_of` minus the duration, up to `as_of`."""
    return Interval(just_after(duration.before(as_of)), just_after(as_of), (span_of(duration),))


def before_last(duration: Duration, as_of: datetime) -> Interval:
    """Give the instants up to `as_of` minus the duration."""
    return Interval(None, just_after(duration.before(as_of)), (span_of(duration),))


def within_next(duration: Duration, as_of: datetime) -> Interval:
    """Give the instants after `as_of`, up to `as_of` plus the duration."""
    return Interval(just_after(as_of), end_at(duration.after(as_of)), (span_of(duration),))


def after_next(duration: Duration, as_of: datetime) -> Interval:
    """Give the instants after `as_of` plus the duration."""
    return replace(later_than(duration.after(as_of)), follows=(span_of(duration),))


def earlier(instant: datetime, span: Limit) -> datetime:
    """Give the instant a span earlier, not earlier than the first one a `datetime` can hold."""
    return _duration(span).before(instant)


def later(instant: datetime, span: Limit) -> datetime:
    """Give the instant a span later, not later than the last one a `datetime` can hold."""
    return _duration(span).after(instant)


def _duration(span: Limit) -> Duration:
    return Duration(span.months, "months") if span.months else Duration(span.seconds, "seconds")


def calendar_interval(window: CalendarWindow, as_of: datetime, timezone: ZoneInfo) -> Interval:
    """Resolve `today`, `last month` … in the zone; `today` and `this …` end at `as_of`, weeks start on Monday."""
    local = as_of.replace(tzinfo=UTC).astimezone(timezone)
    if window == "today":
        return Interval(_midnight(local.date(), timezone), just_after(as_of), (window,))
    if window == "yesterday":
        today = local.date()
        return Interval(_midnight(today - timedelta(days=1), timezone), _midnight(today, timezone), (window,))
    which, period = window.split(" ")
    first = _first_day(local.date(), period)
    if which == "this":
        return Interval(_midnight(first, timezone), just_after(as_of), (window,))
    before = _first_day(first - timedelta(days=1), period)
    return Interval(_midnight(before, timezone), _midnight(first, timezone), (window,))


def instant_of(moment: datetime | date | str) -> datetime:
    """Read a date or timestamp of a definition as UTC without a zone; a date is its midnight."""
    match moment:
        case str():
            return instant_of(read_instant(moment))
        case datetime():
            return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
        case date():
            return datetime.combine(moment, time())
        case _:
            assert_never(moment)


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time(), tzinfo=timezone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _first_day(day: date, period: str) -> date:
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case _:
            return day.replace(month=1, day=1)

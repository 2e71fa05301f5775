"""When a window that follows A passes an instant: the end of `within: 30 days` is at t when A is t + 30 days.

passing(t, 30 days)   ->   t + 30 days
passing(t, 1 month)   ->   t + 1 month, and what lies around it: months are clamped, so it may pass t more than once
passing(t, last week) ->   the beginnings of the next two weeks
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from audcli.definitions.literals import CalendarWindow
from audcli.plan.model import Limit
from audcli.plan.windows import calendar_interval, earlier, later

Spans = frozenset[Limit | CalendarWindow]
"""The spans of time at which windows follow A, and the windows of the calendar."""

_LONGEST_PERIOD = timedelta(days=366)
_CLAMPED_DAYS = 4
END = datetime(9999, 12, 30)
"""From here on, a calendar window can reach beyond the calendar."""


def after_events(times: Iterable[datetime], span: Limit) -> Iterator[datetime]:
    """Give the instants at which the end of a window at this distance from A passes one of the times."""
    for each in times:
        yield from _around(later(each, span), span)


def around_date(date: datetime, spans: Spans, as_of: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    """Give the instants after A at which a date enters or leaves a window at one of these spans before or after it."""
    yield date
    for span in spans:
        if isinstance(span, Limit):
            yield from _around(earlier(date, span), span)
            yield from _around(later(date, span), span)
        else:
            yield from beginnings(span, as_of, timezone)
            if as_of < date < END - 2 * _LONGEST_PERIOD:
                yield from beginnings(span, date, timezone)


def beginnings(window: CalendarWindow, base: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    """Give the next two instants after `base` at which a window of the calendar moves on: then it is past `base`."""
    return islice(_beginnings(window, base, timezone), 2)


def _around(instant: datetime, span: Limit) -> Iterator[datetime]:
    """Give the instant, and for months, which are clamped, the same time and midnight of the days around it."""
    yield instant
    margin = timedelta(days=_CLAMPED_DAYS)
    if span.months and datetime.min + margin < instant < datetime.max - margin:
        for number in range(-_CLAMPED_DAYS, _CLAMPED_DAYS):
            day = instant + timedelta(days=number)
            yield day
            yield datetime.combine(day.date() + timedelta(days=1), time())


def _beginnings(window: CalendarWindow, base: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    start = calendar_interval(window, base, timezone).start
    day = base.replace(tzinfo=UTC).astimezone(timezone).date()
    for number in range(1, 2 * _LONGEST_PERIOD.days + 2):
        local = datetime.combine(day + timedelta(days=number), time(), tzinfo=timezone)
        midnight = local.astimezone(UTC).replace(tzinfo=None)
        moved = calendar_interval(window, midnight, timezone).start
        if moved != start:
            yield midnight
        start = moved

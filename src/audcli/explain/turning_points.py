"""The instants after A at which time alone can change an answer.

an event at t, and a window of 30 days       ->   t + 30 days, when the window leaves it behind
a date d, held against `within_next: 7 days` ->   d - 7 days, and d
`during: last month`                         ->   the beginnings of the next months

They may be too many (the answer need not change there), never too few.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from audcli.definitions.durations import Duration
from audcli.definitions.instants import read_instant
from audcli.definitions.literals import CalendarWindow
from audcli.definitions.spans import Spans
from audcli.explain.asked import Asked
from audcli.plan.model import (
    ALWAYS,
    CallField,
    Calls,
    ComparesWith,
    ComputedTrait,
    Condition,
    Context,
    CountIs,
    InstantIn,
    Interval,
    Property,
    Sequence,
    StepProperty,
    Value,
    ValueIs,
    ValueTest,
)
from audcli.plan.walk import computations_in, conditions_in, own_values_in, parts_of, tests_in, values_in
from audcli.plan.windows import calendar_interval, instant_of
from audcli.sql.asking import event_values, events_of, values_of
from audcli.sql.subjects import PROFILES, SEEN_ACCOUNTS, Table

_EVER = Interval(None, None)
_LONGEST_PERIOD = timedelta(days=366)
_CLAMPED_DAYS = 4
_END = datetime(9999, 12, 30)
"""From here on, a calendar window can reach beyond the calendar."""


def turning_points(asked: Asked, spans: Spans, timezone: ZoneInfo) -> Iterator[datetime]:
    """Give the instants after the plan's own at which an answer of the plan can change; unordered, with repeats."""
    as_of = asked.plan.as_of
    dates = {date for part in _parts(asked) for date in _dates(asked, part)}
    instants = [
        *dates,
        *(instant for date in dates for duration in spans.durations for instant in _around(date, duration)),
        *(instant for part in _parts(asked) for instant in _ends_of_windows(asked, part, spans)),
        *(
            instant
            for window in spans.calendar
            for base in (as_of, *(date for date in dates if as_of < date < _END - 2 * _LONGEST_PERIOD))
            for instant in islice(_beginnings(window, base, timezone), 2)
        ),
    ]
    return (instant for instant in instants if as_of < instant < _END)


def _parts(asked: Asked) -> Iterator[Condition]:
    for condition in asked.plan.conditions.values():
        for each in conditions_in(condition):
            yield from parts_of(each)


def _ends_of_windows(asked: Asked, part: Condition, spans: Spans) -> Iterator[datetime]:
    """Give the instants at which the end of a window passes an event that the part counts or chains."""
    match part:
        case CountIs(counts):
            for times in _times(asked, [(count.calls, count.filter) for count in counts]):
                for duration in spans.durations:
                    for time_ in _decisive(times, duration, part, asked.plan.as_of):
                        yield from _after(time_, duration)
        case Sequence(steps):
            yield from _all_ends(asked, [(calls, step.filter) for step in steps for calls in step.calls], spans)
        case _:
            pass
    for computation in computations_in(values_in(part)):
        yield from _all_ends(asked, [(count.calls, count.filter) for count in computation.events], spans)


def _all_ends(asked: Asked, sources: list[tuple[Calls, Condition]], spans: Spans) -> Iterator[datetime]:
    for times in _times(asked, sources):
        for duration in spans.durations:
            for time_ in times:
                yield from _after(time_, duration)


def _decisive(times: list[datetime], duration: Duration, part: CountIs, as_of: datetime) -> list[datetime]:
    """Choose, where that is simple, the events with which the count crosses one of its limits."""
    ahead = [each for each in times if max(_after(each, duration)) > as_of]
    first = part.counts[0]
    if duration.unit == "months" or first.scope != "all" or None not in (first.interval.start, first.interval.end):
        return ahead
    passed = len(times) - len(ahead)
    limits = (part.minimum, (part.maximum or 0) + 1)
    places = {place for limit in limits for place in (len(ahead) - limit, limit - passed - 1)}
    return [ahead[place] for place in places if 0 <= place < len(ahead)]


def _after(instant: datetime, duration: Duration) -> list[datetime]:
    """Give when a window's end is at `instant`; months are clamped, so it may be so more than once."""
    reached = duration.after(instant)
    if duration.unit != "months" or reached > datetime.max - timedelta(days=_CLAMPED_DAYS):
        return [reached]
    days = [reached + timedelta(days=number) for number in range(_CLAMPED_DAYS)]
    return [*days, *(datetime.combine(day.date() + timedelta(days=1), time()) for day in days)]


def _around(date: datetime, duration: Duration) -> list[datetime]:
    before = duration.before(date)
    days: list[datetime] = []
    if duration.unit == "months" and before > datetime.min + timedelta(days=_CLAMPED_DAYS):
        days = [before + timedelta(days=number) for number in range(-_CLAMPED_DAYS, _CLAMPED_DAYS)]
    return [before, *days, *_after(date, duration)]


def _times(asked: Asked, sources: Iterable[tuple[Calls, Condition]]) -> list[list[datetime]]:
    """List the times of events, those of each profile together, in order."""
    by_profile: dict[int, list[datetime]] = {}
    for calls, filter_ in sources:
        passes = ALWAYS if _moves(filter_) else filter_
        query = events_of(calls, passes, _EVER, asked.leaves)
        for profile, instant, *_ in [] if query is None else asked.fetch(query):
            by_profile.setdefault(profile, []).append(instant)
    return [sorted(times) for times in by_profile.values()]


def _moves(filter_: Condition) -> bool:
    """Tell whether the same event may pass the filter at one time and not at another, or by what came before it."""
    values = own_values_in(filter_)
    tests = (part.tests for part in parts_of(filter_) if isinstance(part, ValueIs))
    return any(isinstance(value, StepProperty) for value in values) or any(map(_asks_a_date, tests))


def _asks_a_date(tests: Iterable[ValueTest]) -> bool:
    return any(
        isinstance(test, InstantIn) or (isinstance(test, ComparesWith) and test.as_instants) for test in tests_in(tests)
    )


def _dates(asked: Asked, part: Condition) -> Iterator[datetime]:
    """Give the dates that the part, or the filters of its events, hold against other dates."""
    match part:
        case ValueIs(value, tests) if _asks_a_date(tests):
            for row in asked.fetch(values_of(_table_of(value), [value], asked.leaves)):
                yield from _read(row[-1])
            for computation in computations_in([value]):
                if computation.value is not None and _is_of_event(computation.value):
                    for count in computation.events:
                        yield from _dates_among(asked, count.calls, computation.value)
        case CountIs(counts):
            for count in counts:
                yield from _dates_of_events(asked, count.calls, count.filter)
        case Sequence(steps):
            for step in steps:
                for calls in step.calls:
                    yield from _dates_of_events(asked, calls, step.filter)
        case _:
            pass


def _dates_of_events(asked: Asked, calls: Calls, filter_: Condition) -> Iterator[datetime]:
    for part in parts_of(filter_):
        if isinstance(part, ValueIs) and _asks_a_date(part.tests) and _is_of_event(part.value):
            yield from _dates_among(asked, calls, part.value)


def _dates_among(asked: Asked, calls: Calls, value: Value) -> Iterator[datetime]:
    query = event_values(calls, value, asked.leaves)
    for (text,) in [] if query is None else asked.fetch(query):
        yield from _read(text)


def _table_of(value: Value) -> Table:
    of = value.computation.of if isinstance(value, ComputedTrait) else getattr(value, "of", "users")
    return SEEN_ACCOUNTS if of == "accounts" else PROFILES


def _is_of_event(value: Value) -> bool:
    return isinstance(value, Property | Context | CallField)


def _read(text: str | None) -> Iterator[datetime]:
    """Read the dates in a value that stands as JSON; what is no date is passed over."""
    value = None if text is None else json.loads(text)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            try:
                yield instant_of(read_instant(each))
            except ValueError:
                continue


def _beginnings(window: CalendarWindow, base: datetime, timezone: ZoneInfo) -> Iterator[datetime]:
    """Give the instants after `base` at which a calendar window moves on."""
    start = calendar_interval(window, base, timezone).start
    day = base.replace(tzinfo=UTC).astimezone(timezone).date()
    for number in range(1, 2 * _LONGEST_PERIOD.days + 2):
        local = datetime.combine(day + timedelta(days=number), time(), tzinfo=timezone)
        midnight = local.astimezone(UTC).replace(tzinfo=None)
        moved = calendar_interval(window, midnight, timezone).start
        if moved != start:
            yield midnight
        start = moved

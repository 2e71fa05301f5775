"""The instants after A at which time alone can change what a leaf of a condition says.

an event at t, and a window of 30 days       ->   t + 30 days, when the window leaves it behind
a date d, held against `within_next: 7 days` ->   d - 7 days, and d
`during: last month`                         ->   the beginnings of the next months

They may be too many (the leaf need not change there), never too few. There is no call after A, so an end of a window
matters only where it passes an event that there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from audcli.explain.asked import Asked
from audcli.explain.dates import dates_of, dates_of_filter, spans_of_tests
from audcli.explain.spans import END, Spans, after_events, around_date, beginnings
from audcli.plan.model import (
    ALWAYS,
    Calls,
    ComputedTrait,
    Condition,
    CountIs,
    Interval,
    Limit,
    Plan,
    Sequence,
    Step,
    StepProperty,
    ValueIs,
)
from audcli.plan.walk import computations_in, conditions_in, filters_of, leaves_in, own_values_in, parts_of
from audcli.sql.asking import events_of

_EVER = Interval(None, None)


def turning_points(asked: Asked, timezone: ZoneInfo) -> Mapping[Condition, frozenset[datetime]]:
    """Give for every leaf of the plan's conditions the instants after the plan's own at which it can change."""
    as_of = asked.plan.as_of
    return {
        leaf: frozenset(instant for instant in _of_leaf(asked, leaf, timezone) if as_of < instant < END)
        for leaf in dict.fromkeys(leaves_of(asked.plan))
    }


def leaves_of(plan: Plan) -> list[Condition]:
    """Give the leaves of all conditions, repeats and all; plans of the same definitions have the same at each place."""
    conditions = [each for condition in plan.conditions.values() for each in conditions_in(condition)]
    return [leaf for condition in conditions for leaf in leaves_in(condition)]


def _of_leaf(asked: Asked, leaf: Condition, timezone: ZoneInfo) -> Iterator[datetime]:
    as_of = asked.plan.as_of
    if isinstance(leaf, ValueIs) and (spans := spans_of_tests(leaf.tests)):
        for date in set(dates_of(asked, leaf.value)):
            yield from around_date(date, spans, as_of, timezone)
    for events in _events_behind(leaf):
        for date, spans in set(dates_of_filter(asked, events.calls, events.filter)):
            yield from around_date(date, spans, as_of, timezone)
        for span in events.spans:
            if not isinstance(span, Limit):
                yield from beginnings(span, as_of, timezone)
    yield from _passing_events(asked, leaf)


@dataclass(frozen=True, slots=True)
class _Events:
    """Events that a leaf counts, chains or computes of, and the spans at which the ends of their window follow A."""

    calls: Calls
    filter: Condition
    spans: Spans


def _events_behind(leaf: Condition) -> Iterator[_Events]:
    match leaf:
        case CountIs(counts):
            yield from (_Events(each.calls, each.filter, frozenset(each.interval.follows)) for each in counts)
        case Sequence(steps):
            for place, step in enumerate(steps):
                spans = frozenset([*step.interval.follows, *_waits_after(steps, place)])
                yield from (_Events(calls, step.filter, spans) for calls in step.calls)
        case _:
            pass
    values = [*own_values_in(leaf), *(value for each in filters_of(leaf) for value in own_values_in(each))]
    for computation in computations_in(values):
        yield from (_Events(each.calls, each.filter, frozenset(each.interval.follows)) for each in computation.events)


def _waits_after(steps: tuple[Step, ...], place: int) -> Iterator[Limit]:
    """Give how long after the event of a performed step it is said that nothing came: of the steps up to the next."""
    if steps[place].performed:
        for step in takewhile(lambda each: not each.performed, steps[place + 1 :]):
            if step.elapsed and step.limit is not None:
                yield step.limit


def _passing_events(asked: Asked, leaf: Condition) -> Iterator[datetime]:
    """Give the instants at which the end of a window passes an event."""
    if isinstance(leaf, CountIs) and _is_simple(leaf):
        [span] = leaf.counts[0].interval.follows
        assert isinstance(span, Limit)
        for times in _times(asked, list(_events_behind(leaf))):
            yield from after_events(_decisive(times, leaf), span)
        return
    for events in _events_behind(leaf):
        spans = [span for span in events.spans if isinstance(span, Limit)]
        for times in _times(asked, [events]) if spans else ():
            for span in spans:
                yield from after_events(times, span)


def _is_simple(leaf: CountIs) -> bool:
    """Tell whether the leaf counts the same events all the time, of which a window leaves behind one after the other.

    Which events of a user count for an account depends on what they carry; windows of months may go back by days.
    """
    follows = leaf.counts[0].interval.follows
    steady = all(each.scope == "all" and _is_steady(each.filter) for each in leaf.counts)
    return steady and len(follows) == 1 and isinstance(follows[0], Limit) and not follows[0].months


def _decisive(times: list[datetime], leaf: CountIs) -> list[datetime]:
    """Choose, of the times of all events in order, those with which their number crosses one of the leaf's limits."""
    start, end = leaf.counts[0].interval.start, leaf.counts[0].interval.end
    limits = {leaf.minimum, leaf.minimum if leaf.maximum is None else leaf.maximum + 1}
    if start is not None:  # from `within`: the number falls
        inside = [each for each in times if each >= start]
        places = {len(inside) - limit for limit in limits}
        return [inside[place] for place in places if 0 <= place < len(inside)]
    outside = [each for each in times if end is not None and each >= end]  # of `older_than`: the number grows
    places = {limit - 1 - (len(times) - len(outside)) for limit in limits}
    return [outside[place] for place in places if 0 <= place < len(outside)]


def _times(asked: Asked, sources: Iterable[_Events]) -> list[list[datetime]]:
    """List the times of all events that can be meant, those of each profile together, in order."""
    by_profile: dict[int, list[datetime]] = {}
    for events in sources:
        query = events_of(events.calls, events.filter if _is_steady(events.filter) else ALWAYS, _EVER, asked.leaves)
        for profile, instant, *_ in [] if query is None else asked.fetch(query):
            by_profile.setdefault(profile, []).append(instant)
    return [sorted(times) for times in by_profile.values()]


def _is_steady(filter_: Condition) -> bool:
    """Tell whether an event that passes the filter always does, whatever came before it and whomever it counts for."""
    return not is_moved_by_time(filter_) and not any(
        isinstance(value, StepProperty) or getattr(value, "of", "users") == "accounts"
        for value in own_values_in(filter_)
    )


def is_moved_by_time(filter_: Condition) -> bool:
    """Tell whether time alone can make an event pass the filter, or fail it."""
    dates = any(spans_of_tests(part.tests) for part in parts_of(filter_) if isinstance(part, ValueIs))
    return dates or any(isinstance(value, ComputedTrait) for value in own_values_in(filter_))

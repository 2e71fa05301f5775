"""Which events a window has taken in or left behind from one as-of to a later one.

Did("Event 3", within 30 days), a day later   ->   select … where call_name = 7 and time >= '2026-05-31 …' and time < …

Only the windows of counts, of sums and of sequences are known here, and the waiting of steps with `elapsed`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from audcli.catalog import Catalog
from audcli.plan.model import Calls, Condition, Count, CountIs, Interval, Plan, Sequence, Value
from audcli.plan.walk import computations_in, conditions_in, own_values_in, parts_of, values_in
from audcli.plan.windows import just_after
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import filter_holds
from audcli.sql.events import calls_alone, event_rows
from audcli.sql.places import Found


class Leaf(NamedTuple):
    """What is asked of the events of one name within an interval."""

    calls: Calls
    filter: Condition
    interval: Interval


def moved_events(plans: tuple[Plan, Plan], catalog: Catalog, column: str, until: datetime) -> str:
    """Write the query of the events up to an instant that lie in a window at one as-of and not at the other."""
    known = Interval(None, just_after(until))
    queries = []
    for before, after in zip(*map(leaves_of, plans), strict=True):
        assert (before.calls, before.filter) == (after.calls, after.filter), "the definitions are the same"
        for part in moved(before.interval, after.interval):
            rows = event_rows(after.calls, catalog, not_of_the_event)
            query = calls_alone(after.calls, catalog, part.meets(known), list(own_values_in(after.filter)))
            query = query.where(filter_holds(after.filter, rows)).select(sql.column(column, "calls"))
            queries.append(query.sql("duckdb"))
    return " union all ".join(queries)


def leaves_of(plan: Plan) -> list[Leaf]:
    """List what the plan asks of events, in an order that is the same at every as-of."""
    found: list[Leaf] = []
    conditions = [each for audience in plan.audiences for each in conditions_in(audience.condition)]
    for part in (part for condition in conditions for part in parts_of(condition)):
        match part:
            case CountIs(counts):
                found += map(_counted, counts)
            case Sequence():
                found += _chained(part)
            case _:
                pass
    for computation in computations_in(value for condition in conditions for value in values_in(condition)):
        found += map(_counted, computation.events)
    return found


def moved(before: Interval, after: Interval) -> Iterator[Interval]:
    """Give the instants that lie in one of the intervals and not in the other."""
    both = [(each.start or datetime.min, each.end or datetime.max) for each in (before, after)]
    for start, end in pairwise(sorted({instant for each in both for instant in each})):
        if len({first <= start < last for first, last in both}) == 2:
            yield Interval(start, end)


def _counted(count: Count) -> Leaf:
    return Leaf(count.calls, count.filter, count.interval)


def _chained(sequence: Sequence) -> Iterator[Leaf]:
    performed = sequence.steps[0]
    for step in sequence.steps:
        yield from (Leaf(calls, step.filter, step.interval) for calls in step.calls)
        if step.performed:
            performed = step
        elif step.elapsed and step.limit is not None:
            assert not step.limit.months, "the prototype does not know how to go back by months"
            # What a step waits for after the event before it counts from the instant at which that time has passed.
            passed = Interval(None, just_after(sequence.as_of - timedelta(seconds=step.limit.seconds)))
            yield from (Leaf(calls, performed.filter, passed) for calls in performed.calls)


def not_of_the_event(value: Value, variables: Iterator[str]) -> Found:
    sys.exit(f"the prototype does not know how `{value}` changes")

"""The dates that conditions hold against a window which follows A.

{trait: renews_on, within_next: 30 days}, of ann   ->   the date in her `renews_on`
{event: Trial Started, where: {ends_at: {within_last: 7 days}}}   ->   the dates in `ends_at` of all these events

They may be too many, never too few: of what a computed trait may yet become, all that its events have are given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from audcli.definitions.instants import read_instant
from audcli.explain.asked import Asked
from audcli.explain.spans import Spans
from audcli.plan.model import (
    CallField,
    Calls,
    ComputedTrait,
    Condition,
    Context,
    InstantIn,
    Property,
    Value,
    ValueIs,
    ValueTest,
)
from audcli.plan.walk import parts_of, tests_in
from audcli.plan.windows import instant_of
from audcli.sql.asking import event_values, values_of
from audcli.sql.subjects import PROFILES, SEEN_ACCOUNTS, Table


def spans_of_tests(tests: Iterable[ValueTest]) -> Spans:
    """Give the spans at which the windows follow A that the tests hold a date against."""
    windows = (test.interval for test in tests_in(tests) if isinstance(test, InstantIn))
    return frozenset(span for window in windows for span in window.follows)


def dates_of(asked: Asked, value: Value) -> Iterator[datetime]:
    """Give the dates in a value that any of the entities has, or that a computed one may come to have."""
    for row in asked.fetch(values_of(_table_of(value), [value], asked.leaves)):
        yield from _dates_in(row[-1])
    if isinstance(value, ComputedTrait) and value.computation.value is not None:
        for count in value.computation.events:
            yield from _dates_among(asked, count.calls, value.computation.value)


def dates_of_filter(asked: Asked, calls: Calls, filter_: Condition) -> Iterator[tuple[datetime, Spans]]:
    """Give the dates that a filter holds against windows which follow A, of any of the calls, and these spans."""
    for part in parts_of(filter_):
        if isinstance(part, ValueIs) and (spans := spans_of_tests(part.tests)):
            for date in _dates_among(asked, calls, part.value):
                yield date, spans


def _dates_among(asked: Asked, calls: Calls, value: Value) -> Iterator[datetime]:
    if not isinstance(value, Property | Context | CallField):  # a trait of the profile who performed the event
        yield from dates_of(asked, value)
        return
    query = event_values(calls, value, asked.leaves)
    for (text,) in [] if query is None else asked.fetch(query):
        yield from _dates_in(text)


def _table_of(value: Value) -> Table:
    of = value.computation.of if isinstance(value, ComputedTrait) else getattr(value, "of", "users")
    return SEEN_ACCOUNTS if of == "accounts" else PROFILES


def _dates_in(text: str | None) -> Iterator[datetime]:
    """Read the dates in a value that stands as JSON, however deep; what is no date is passed over."""
    for each in () if text is None else _texts_in(json.loads(text)):
        try:
            yield instant_of(read_instant(each))
        except ValueError:
            continue


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts_in(each)
        case dict():
            yield from _texts_in(list(value.values()))
        case _:
            pass

"""The leaves of conditions in words: values, the tests that they are put to, and the events that are counted.

Trait(("address", "country"), …)          ->  "address.country"
Differs(TextIs("equal", "free"))          ->  not_equals "free"
(Count(Calls("track", "Order Completed"), …),)
    ->  "event: Order Completed where revenue at_least 100, in (2026-06-01, 2026-07-01]"
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import assert_never

from audcli.explain.measures import of_dates, of_interval, of_quantity
from audcli.numbers import shortest_text
from audcli.plan.model import (
    ALWAYS,
    Absent,
    All,
    AtLeast,
    BooleanIs,
    CallField,
    Calls,
    ComparesWith,
    Computation,
    ComputedTrait,
    Condition,
    Context,
    Count,
    Differs,
    Exists,
    ExternalIds,
    HasElement,
    InList,
    InstantIn,
    Interval,
    Names,
    Not,
    NumberIs,
    OneOf,
    Property,
    SeenAt,
    SizeIs,
    StepProperty,
    TextIs,
    Trait,
    Value,
    ValueIs,
    ValueTest,
)

_HEADS = {"track": "event", "page": "page", "screen": "screen"}
_NUMBERS = {
    "equal": "equals",
    "greater": "greater_than",
    "greater_or_equal": "at_least",
    "less": "less_than",
    "less_or_equal": "at_most",
}
_INSTANTS = {
    "equal": "equals",
    "greater": "after",
    "greater_or_equal": "on_or_after",
    "less": "before",
    "less_or_equal": "on_or_before",
}
_NEGATED = {"equals ": "not_equals ", "one_of ": "none_of ", "contains ": "not_contains "}


def of_value(value: Value) -> str:
    """Name a value as definitions do."""
    match value:
        case Property(names):
            return _path(names)
        case Context(names):
            return f"$context.{_path(names)}" if names else "$context"
        case CallField(name):
            return f"${name}"
        case Trait(names):
            return _path(names)
        case ComputedTrait(_, names, str(key)):
            return _path((key, *names))
        case ComputedTrait(computation):
            return of_computation(computation)
        case SeenAt(which):
            return f"${which}_seen"
        case ExternalIds(type_):
            return type_
        case StepProperty(step, of_event):
            return f"step {step + 1}'s {of_value(of_event)}"
        case _:
            assert_never(value)


def of_tests(tests: Iterable[ValueTest]) -> str:
    """Say what a value is held against."""
    return " and ".join(_of_test(test) for test in tests)


def of_counts(counts: tuple[Count, ...]) -> str:
    """Say which events are counted."""
    first = counts[0]
    tagged = ", events: tagged" if first.scope == "tagged" else ""
    return of_events([count.calls for count in counts], first.filter) + in_window(first.interval) + tagged


def in_window(interval: Interval) -> str:
    """Say in which window events lie, where there is one."""
    return "" if interval == Interval(None, None) else f", in {of_interval(interval)}"


def of_computation(computation: Computation) -> str:
    """Say what a computed trait is made of."""
    of_what = "" if computation.value is None else f" {of_value(computation.value)} from"
    often = computation.minimum_frequency
    seen = f" (seen at least {often:,} times)" if often > 1 else ""
    limit = "" if computation.limit is None else f" (the first {computation.limit:,})"
    return f"{computation.compute} of{of_what} {of_counts(computation.events)}{seen}{limit}"


def of_events(calls: Iterable[Calls], passes: Condition) -> str:
    """Say which events pass, whenever they were."""
    calls = list(calls)
    names = ", ".join("*" if each.name is None else each.name for each in calls)
    where = "" if passes == ALWAYS else f" where {_of_filter(passes)}"
    return f"{head_of(calls[0])}: {names}{where}"


def head_of(calls: Calls) -> str:
    """Give the head under which calls of this type are asked for."""
    return _HEADS[calls.type]


def _of_filter(condition: Condition) -> str:
    match condition:
        case All(parts):
            return " and ".join(_in_brackets(part) for part in parts)
        case AtLeast(_, parts):
            return " or ".join(_in_brackets(part) for part in parts)
        case Not(part):
            return f"not {_in_brackets(part)}"
        case ValueIs(value, tests):
            return f"{of_value(value)} {of_tests(tests)}"
        case _:
            raise AssertionError(f"{condition} cannot stand in the filter of an event")


def _in_brackets(condition: Condition) -> str:
    text = _of_filter(condition)
    alone = isinstance(condition, ValueIs) or (isinstance(condition, All | AtLeast) and len(condition.parts) == 1)
    return text if alone else f"({text})"


def _of_test(test: ValueTest) -> str:
    match test:
        case Exists():
            return "exists"
        case Absent():
            return "is absent"
        case NumberIs(comparison, limit):
            return f"{_NUMBERS[comparison]} {shortest_text(limit)}"
        case TextIs(relation, text, fold):
            return f"{'equals' if relation == 'equal' else relation} {quoted(text)}{_folded(fold)}"
        case BooleanIs(expected):
            return f"equals {str(expected).lower()}"
        case InstantIn(interval):
            return of_dates(interval)
        case InList(key, contains=contains, fold=fold):
            return f"{'contains_any' if contains else 'one_of'} list {key}{_folded(fold)}"
        case ComparesWith(relation, other, as_instants, fold):
            words = _INSTANTS if as_instants else _NUMBERS
            named = f"trait {of_value(other)}" if isinstance(other, Trait | SeenAt) else of_value(other)
            return f"{words.get(relation, relation)} {named}{_folded(fold)}"
        case OneOf(tests):
            return _of_alternatives([_of_test(each) for each in tests])
        case HasElement(mapping):
            return "has " + " and ".join(f"{_path(names)} {of_tests(tests)}" for names, tests in mapping)
        case SizeIs(minimum, maximum):
            return f"size {of_quantity(minimum, maximum)}"
        case Differs(inner):
            return _negated(_of_test(inner))
        case _:
            assert_never(test)


def _of_alternatives(tests: list[str]) -> str:
    """Write `equals a or equals b` as `one_of a, b`."""
    for word, together in (("equals ", "one_of "), ("contains ", "contains_any ")):
        if all(test.startswith(word) for test in tests):
            return together + ", ".join(test.removeprefix(word) for test in tests)
    return " or ".join(tests)


def _negated(test: str) -> str:
    """Write `equals a` as `not_equals a`."""
    for word, negative in _NEGATED.items():
        if test.startswith(word):
            return negative + test.removeprefix(word)
    return f"exists and not ({test})"


def _path(names: Names) -> str:
    return ".".join(name.replace("\\", "\\\\").replace(".", "\\.") for name in names)


def quoted(text: str) -> str:
    """Quote a text."""
    return json.dumps(text, ensure_ascii=False)


def _folded(fold: bool) -> str:
    return " (any case)" if fold else ""

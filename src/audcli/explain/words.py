"""Conditions of a plan in words, close to how they are written in definitions.

CountIs((Count(Calls("track", "Order Completed"), …),), minimum=3, maximum=None)
    ->  "event: Order Completed where revenue at_least 100, in (2026-06-01, 2026-07-01]"  and  "at least 3"
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import assert_never

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
    CountIs,
    Differs,
    Exists,
    ExternalIds,
    HasElement,
    InAudience,
    InList,
    InSample,
    InstantIn,
    Interval,
    IsKnown,
    Limit,
    Names,
    Not,
    NumberIs,
    OneOf,
    Property,
    RelatedAre,
    SeenAt,
    Sequence,
    SizeIs,
    Step,
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
_TICK = timedelta(microseconds=1)
_SAMPLE_SPACE = 16**13


def of_condition(condition: Condition) -> str:
    """Say in one line what a condition asks."""
    match condition:
        case All(parts):
            return " and ".join(map(of_condition, parts)) if parts else "everyone"
        case AtLeast(1, parts):
            return f"any of {len(parts):,} conditions" if len(parts) > 1 else of_condition(parts[0])
        case AtLeast(count, parts):
            return f"at least {count:,} of {len(parts):,} conditions"
        case Not(part):
            return f"not ({of_condition(part)})"
        case CountIs(counts, minimum, maximum):
            return f"{of_counts(counts)}: {of_quantity(minimum, maximum)}"
        case ValueIs(value, tests):
            return f"{'id' if isinstance(value, ExternalIds) else 'trait'}: {of_value(value)} {of_tests(tests)}"
        case InAudience(key):
            return f"audience: {key}"
        case InSample():
            return of_sample(condition)
        case IsKnown():
            return "known"
        case Sequence(steps):
            return f"sequence of {len(steps):,} steps"
        case RelatedAre(related):
            return f"{related.of}: {of_share(condition)} with {of_condition(related.condition)}"
        case _:
            assert_never(condition)


def of_counts(counts: tuple[Count, ...]) -> str:
    """Say which events are counted."""
    first = counts[0]
    return _of_events([count.calls for count in counts], first.filter) + of_interval(first.interval)


def of_computation(computation: Computation) -> str:
    """Say what a computed trait is made of."""
    of_what = "" if computation.value is None else f" of {of_value(computation.value)}"
    return f"{computation.compute}{of_what} of {of_counts(computation.events)}"


def of_step(step: Step, number: int) -> str:
    """Say what a step of a sequence asks for."""
    limit = "" if step.limit is None else f", within {of_limit(step.limit)}"
    elapsed = " that have passed" if step.elapsed else ""
    window = of_interval(step.interval) if number == 1 else ""
    did = "" if step.performed else ", did: false"
    return f"step {number}: {_of_events(step.calls, step.filter)}{did}{window}{limit}{elapsed}"


def head_of(calls: Calls) -> str:
    """Give the head under which calls of this type are asked for."""
    return _HEADS[calls.type]


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


def of_share(condition: RelatedAre) -> str:
    """Say how many of the related ones should pass."""
    if condition.share == 1:
        return "all, and there are some"
    parts = [f"at least {condition.count:,}"] if condition.count else []
    if condition.share is not None:
        parts.append(f"at least {_percent(condition.share)} percent")
    return " and ".join(parts) or "any number"


def of_sample(condition: InSample) -> str:
    """Say how large a sample is, and by which salt."""
    return f"sample: {_percent(Fraction(condition.below, _SAMPLE_SPACE))} percent, salt {_quoted(condition.salt)}"


def of_interval(interval: Interval) -> str:
    """Write an interval as `, in (start, end]`; each end is written from the side on which it is the rounder."""
    if interval.start is None and interval.end is None:
        return ""
    start, end = "(…", "…)"
    if interval.start is not None:
        after = interval.start - _TICK if interval.start > datetime.min else interval.start
        start = f"[{_instant(interval.start)}" if _rounder(interval.start, after) else f"({_instant(after)}"
    if interval.end is not None:
        upto = interval.end - _TICK
        end = f"{_instant(interval.end)})" if _rounder(interval.end, upto) else f"{_instant(upto)}]"
    return f", in {start}, {end}"


def of_limit(limit: Limit) -> str:
    """Write a span of time in the largest unit in which it is whole."""
    if limit.months:
        return _counted(limit.months, "month")
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if limit.seconds % seconds == 0:
            return _counted(limit.seconds // seconds, unit)
    return _counted(limit.seconds, "second")


def _of_events(calls: Iterable[Calls], passes: Condition) -> str:
    calls = list(calls)
    names = ", ".join("*" if each.name is None else each.name for each in calls)
    where = "" if passes == ALWAYS else f" where {_of_filter(passes)}"
    return f"{head_of(calls[0])}: {names}{where}"


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
            return f"{'equals' if relation == 'equal' else relation} {_quoted(text)}{_folded(fold)}"
        case BooleanIs(expected):
            return f"equals {str(expected).lower()}"
        case InstantIn(interval):
            return f"is a date{of_interval(interval)}"
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
            return f"exists and not ({_of_test(inner)})"
        case _:
            assert_never(test)


def _of_alternatives(tests: list[str]) -> str:
    """Write `equals a or equals b` as `one_of a, b`."""
    for word, together in (("equals ", "one_of "), ("contains ", "contains_any ")):
        if all(test.startswith(word) for test in tests):
            return together + ", ".join(test.removeprefix(word) for test in tests)
    return " or ".join(tests)


def _path(names: Names) -> str:
    return ".".join(name.replace("\\", "\\\\").replace(".", "\\.") for name in names)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _folded(fold: bool) -> str:
    return " (any case)" if fold else ""


def _percent(share: Fraction) -> str:
    return shortest_text(round(float(share * 100), 9))


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def _instant(value: datetime) -> str:
    """Write an instant no longer than it must be."""
    if value.microsecond:
        return value.isoformat(sep=" ", timespec="microseconds")
    if (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")


def _rounder(value: datetime, other: datetime) -> bool:
    return len(_instant(value)) < len(_instant(other))

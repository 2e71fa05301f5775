"""Walks through conditions: every part, every value, every named list that one mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from audcli.plan.model import (
    All,
    AtLeast,
    ComparesWith,
    Computation,
    ComputedTrait,
    Condition,
    CountIs,
    Differs,
    HasElement,
    InAudience,
    InList,
    Not,
    OneOf,
    Related,
    RelatedAre,
    Sequence,
    Value,
    ValueIs,
    ValueTest,
)


def parts_of(condition: Condition) -> Iterator[Condition]:
    """Give the condition and every condition below it on the same entity, the filters of events left out."""
    yield condition
    match condition:
        case All(parts) | AtLeast(_, parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part):
            yield from parts_of(part)
        case _:
            pass


def leaves_in(condition: Condition) -> Iterator[Condition]:
    """Give what the condition on an entity is put together of: all parts that have none themselves."""
    return (part for part in parts_of(condition) if not isinstance(part, All | AtLeast | Not))


def related_in(condition: Condition) -> Iterator[Related]:
    """Give the related users and accounts that the condition speaks of, those within others first."""
    for part in parts_of(condition):
        if isinstance(part, RelatedAre):
            yield from related_in(part.related.condition)
            yield part.related


def conditions_in(condition: Condition) -> Iterator[Condition]:
    """Give the condition and those that it asks of related users and accounts."""
    yield condition
    yield from (related.condition for related in related_in(condition))


def filters_of(condition: Condition) -> Iterator[Condition]:
    """Give the filters of the events that the condition counts or chains."""
    for part in parts_of(condition):
        match part:
            case CountIs(counts):
                yield from (count.filter for count in counts)
            case Sequence(steps):
                yield from (step.filter for step in steps)
            case _:
                pass


def audiences_in(condition: Condition) -> frozenset[str]:
    """Give the keys of the audiences that the condition names, also of related users and accounts."""
    return frozenset(key for each in conditions_in(condition) for key in own_audiences_in(each))


def own_audiences_in(condition: Condition) -> frozenset[str]:
    """Give the keys of the audiences that the condition names of the entity itself."""
    return frozenset(part.key for part in parts_of(condition) if isinstance(part, InAudience))


def values_in(condition: Condition) -> Iterator[Value]:
    """Give every value that is tested or compared with, those in filters and of related entities included."""
    for tree in _trees_of(condition):
        yield from own_values_in(tree)


def own_values_in(condition: Condition) -> Iterator[Value]:
    """Give every value of the entity itself that is tested or compared with, those in filters left out."""
    for part in parts_of(condition):
        if isinstance(part, ValueIs):
            yield part.value
            yield from (test.other for test in tests_in(part.tests) if isinstance(test, ComparesWith))


def computations_in(values: Iterable[Value]) -> tuple[Computation, ...]:
    """Give the computations among the values and those that these ask of, each after all that it asks of."""
    found: dict[Computation, None] = {}

    def follow(value: Value) -> None:
        if isinstance(value, ComputedTrait) and value.computation not in found:
            for each in values_of(value.computation):
                follow(each)
            found[value.computation] = None

    for value in values:
        follow(value)
    return tuple(found)


def values_of(computation: Computation) -> Iterator[Value]:
    """Give every value that a computation asks of events and entities."""
    for each in computation.events:
        yield from own_values_in(each.filter)
    if computation.value is not None:
        yield computation.value


def lists_in(condition: Condition) -> Iterator[InList]:
    """Give every test against a named list, those in filters and of related entities included."""
    for tree in _trees_of(condition):
        for part in parts_of(tree):
            if isinstance(part, ValueIs):
                yield from (test for test in tests_in(part.tests) if isinstance(test, InList))


def tests_in(tests: Iterable[ValueTest]) -> Iterator[ValueTest]:
    """Give every test and every test below it."""
    for test in tests:
        yield test
        match test:
            case OneOf(inner):
                yield from tests_in(inner)
            case Differs(inner_test):
                yield from tests_in((inner_test,))
            case HasElement(mapping):
                for _, element_tests in mapping:
                    yield from tests_in(element_tests)
            case _:
                pass


def _trees_of(condition: Condition) -> Iterator[Condition]:
    for each in conditions_in(condition):
        yield each
        yield from filters_of(each)

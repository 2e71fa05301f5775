"""Operators become tests: the literal decides how the value is read (SPEC section 6).

{at_least: 100}              -> NumberIs("greater_or_equal", 100)
{none_of: [free, trial]}     -> Differs(OneOf((TextIs("equal", "free"), TextIs("equal", "trial"))))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from audcli.definitions.documents import (
    ListReference,
    Operators,
    Quantity,
    Reference,
    Scalar,
    StepReference,
    TraitReference,
)
from audcli.definitions.paths import split_path
from audcli.external_ids import normal_id
from audcli.numbers import shortest_text
from audcli.plan.model import (
    Absent,
    BooleanIs,
    ComparesWith,
    Comparison,
    Differs,
    ElementTest,
    Exists,
    HasElement,
    InList,
    InstantIn,
    Interval,
    NumberIs,
    OneOf,
    SizeIs,
    TextIs,
    TextRelation,
    Value,
    ValueTest,
)
from audcli.plan.windows import (
    after_next,
    before_last,
    calendar_interval,
    end_at,
    instant_of,
    last,
    later_than,
    whole_day,
    within_next,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What operators mean depends on: the instant, the project's zone, what references lead to, and the id type.

    `resolve` turns a reference into the value it names. `no_texts` are the values of each named list that are no
    texts, and so decide themselves how a value is read. `id_type` brings literals into the form in which ingest
    stores ids of the type that they are held against (SPEC section 7).
    """

    as_of: datetime
    timezone: ZoneInfo
    resolve: Callable[[Reference], Value]
    no_texts: Mapping[str, tuple[Scalar, ...]]
    id_type: str | None = None

    def text(self, literal: str) -> str:
        """Give a text literal in the form that the value has in the store."""
        if self.id_type is None:
            return literal
        return normal_id(self.id_type, literal)


def tests_of(operators: Operators, around: Surroundings) -> tuple[ValueTest, ...]:
    """Resolve all operators on one value; all of the tests must hold."""
    return tuple(_tests(operators, around))


def limits_of(quantity: Quantity) -> tuple[int, int | None]:
    """Give a quantity as its smallest and (None: unbounded) largest number."""
    lowest = [0]
    highest: list[int] = []
    if quantity.exactly is not None:
        lowest.append(quantity.exactly)
        highest.append(quantity.exactly)
    if quantity.at_least is not None:
        lowest.append(quantity.at_least)
    if quantity.more_than is not None:
        lowest.append(quantity.more_than + 1)
    if quantity.at_most is not None:
        highest.append(quantity.at_most)
    if quantity.less_than is not None:
        highest.append(quantity.less_than - 1)
    return max(lowest), min(highest, default=None)


def _tests(operators: Operators, around: Surroundings) -> Iterator[ValueTest]:
    fold = operators.ignore_case
    if operators.equals is not None:
        yield _equals(operators.equals, fold, around)
    if operators.not_equals is not None:
        yield Differs(_equals(operators.not_equals, fold, around))
    if operators.one_of is not None:
        yield _one_of(operators.one_of, fold, around)
    if operators.none_of is not None:
        yield Differs(_one_of(operators.none_of, fold, around))
    yield from _number_tests(operators, fold, around)
    yield from _text_tests(operators, fold, around)
    yield from _instant_tests(operators, around)
    if operators.exists is not None:
        yield Exists() if operators.exists else Absent()
    if operators.has is not None:
        inner = sorted(operators.has.items())
        yield HasElement(tuple((split_path(path), tests_of(each, around)) for path, each in inner))
    if operators.size is not None:
        yield SizeIs(*limits_of(operators.size))


def _equals(operand: Scalar | Reference, fold: bool, around: Surroundings) -> ElementTest:
    match operand:
        case TraitReference() | StepReference():
            return ComparesWith("equal", around.resolve(operand), fold=fold)
        case bool():
            return BooleanIs(operand)
        case int() | float() if around.id_type is not None:
            return TextIs("equal", shortest_text(operand), fold)
        case int() | float():
            return NumberIs("equal", operand)
        case str():
            return TextIs("equal", around.text(operand), fold)
        case datetime() | date():
            instant = instant_of(operand)
            return InstantIn(Interval(instant, end_at(instant)))


def _one_of(literals: list[Scalar] | ListReference, fold: bool, around: Surroundings) -> ElementTest:
    if isinstance(literals, ListReference):
        in_list = InList(literals.list, around.id_type, fold=fold)
        read_otherwise = () if around.id_type is not None else around.no_texts.get(literals.list, ())
        if not read_otherwise:
            return in_list
        return OneOf((in_list, *(_equals(literal, fold, around) for literal in read_otherwise)))
    return OneOf(tuple(_equals(literal, fold, around) for literal in literals))


def _number_tests(operators: Operators, fold: bool, around: Surroundings) -> Iterator[ValueTest]:
    limits: tuple[tuple[Comparison, int | float | Reference | None], ...] = (
        ("greater", operators.greater_than),
        ("greater_or_equal", operators.at_least),
        ("less", operators.less_than),
        ("less_or_equal", operators.at_most),
    )
    for comparison, limit in limits:
        if isinstance(limit, TraitReference | StepReference):
            yield ComparesWith(comparison, around.resolve(limit), fold=fold)
        elif limit is not None:
            yield NumberIs(comparison, limit)


def _text_tests(operators: Operators, fold: bool, around: Surroundings) -> Iterator[ValueTest]:
    def relation(name: TextRelation, operand: str | int | float | Reference) -> ElementTest:
        if isinstance(operand, TraitReference | StepReference):
            assert name != "matches", "an expression is never a reference"
            return ComparesWith(name, around.resolve(operand), fold=fold)
        text = operand if isinstance(operand, str) else shortest_text(operand)
        return TextIs(name, text if name == "matches" else around.text(text), fold)

    if operators.contains is not None:
        yield relation("contains", operators.contains)
    if operators.not_contains is not None:
        yield Differs(relation("contains", operators.not_contains))
    if operators.starts_with is not None:
        yield relation("starts_with", operators.starts_with)
    if operators.ends_with is not None:
        yield relation("ends_with", operators.ends_with)
    if operators.matches is not None:
        yield relation("matches", operators.matches)
    match operators.contains_any:
        case None:
            pass
        case ListReference(list=key):
            yield InList(key, around.id_type, contains=True, fold=fold)
        case literals:
            yield OneOf(tuple(relation("contains", literal) for literal in literals))


def _instant_tests(operators: Operators, around: Surroundings) -> Iterator[ValueTest]:
    as_of = around.as_of
    dates: tuple[tuple[Comparison, datetime | date | str | Reference | None], ...] = (
        ("less", operators.before),
        ("greater", operators.after),
        ("less_or_equal", operators.on_or_before),
        ("greater_or_equal", operators.on_or_after),
    )
    for comparison, limit in dates:
        if isinstance(limit, TraitReference | StepReference):
            yield ComparesWith(comparison, around.resolve(limit), as_instants=True)
        elif limit is not None:
            yield InstantIn(_side(comparison, instant_of(limit)))
    if operators.on is not None:
        yield InstantIn(whole_day(instant_of(operators.on)))
    if operators.during is not None:
        yield InstantIn(calendar_interval(operators.during, as_of, around.timezone))
    if operators.within_last is not None:
        yield InstantIn(last(operators.within_last, as_of))
    if operators.before_last is not None:
        yield InstantIn(before_last(operators.before_last, as_of))
    if operators.within_next is not None:
        yield InstantIn(within_next(operators.within_next, as_of))
    if operators.after_next is not None:
        yield InstantIn(after_next(operators.after_next, as_of))


def _side(comparison: Comparison, instant: datetime) -> Interval:
    match comparison:
        case "less":
            return Interval(None, instant)
        case "less_or_equal":
            return Interval(None, end_at(instant))
        case "greater":
            return later_than(instant)
        case _:
            return Interval(instant, None)

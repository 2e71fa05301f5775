"""Whether a value passes its tests: paths, lists, absence and all operators (SPEC section 6).

    {category: {one_of: [shoes, hats]}}  ->  coalesce(try_cast(variant_extract(properties, 'category') as varchar)
                                                      in ('shoes', 'hats'), false)

Every expression that `passes` gives is true or false, never NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import assert_never

from sqlglot.expressions import Expr

from audcli.plan.model import (
    Absent,
    BooleanIs,
    ComparesWith,
    Differs,
    ElementTest,
    Exists,
    HasElement,
    InList,
    InstantIn,
    NumberIs,
    OneOf,
    SizeIs,
    TextIs,
    Value,
    ValueTest,
)
from audcli.plan.walk import tests_in
from audcli.sql import vocabulary as sql
from audcli.sql.elements import (
    Element,
    as_double,
    as_instant,
    as_text,
    as_whole,
    comparable,
    compares,
    general,
    is_boolean,
    is_exact_in_double,
)
from audcli.sql.lists import list_table
from audcli.sql.places import Found, Many, Nothing, One, Place, find

Find = Callable[[Value], Found]
"""Where a value is found among the rows at hand."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that conditions are tested on: `find` says where each value is; `variables` names list elements."""

    find: Find
    variables: Iterator[str]

    @classmethod
    def of(cls, find: Find) -> Rows:
        """Make rows with fresh names for list elements."""
        return cls(find, (f"e{number}" for number in count(1)))


def passes(found: Found, tests: tuple[ValueTest, ...], rows: Rows) -> Expr:
    """Tell whether what was found passes all of the tests."""
    return sql.both(_passes_one(found, test, rows) for test in tests)


def _passes_one(found: Found, test: ValueTest, rows: Rows) -> Expr:
    match test:
        case Exists():
            return is_present(found)
        case Absent():
            return sql.opposite(is_present(found))
        case Differs(inner):
            return _differs(found, inner, rows)
        case SizeIs(minimum, maximum):
            return _has_size(found, minimum, maximum)
        case HasElement():
            return _has_element(found, test, rows)
        case _:
            return _some_element(found, lambda each: _holds(each, test, rows), rows, _asks_a_list(test))


def is_present(found: Found) -> Expr:
    """Tell whether a value was found; an empty list is one, JSON's null is none."""
    match found:
        case Nothing():
            return sql.FALSE
        case One(element):
            return sql.present(element.sql)
        case Many(present):
            return present


def _differs(found: Found, test: ElementTest, rows: Rows) -> Expr:
    conditions = [is_present(found), sql.opposite(_passes_one(found, test, rows))]
    if isinstance(test, ComparesWith):
        conditions.append(is_present(rows.find(test.other)))
    return sql.both(conditions)


def _has_size(found: Found, minimum: int, maximum: int | None) -> Expr:
    if not isinstance(found, Many):
        return sql.FALSE
    limits = [sql.compare("greater_or_equal", found.size, sql.integer(minimum))]
    if maximum is not None:
        limits.append(sql.compare("less_or_equal", found.size, sql.integer(maximum)))
    return sql.sure(sql.both(limits))


def _has_element(found: Found, test: HasElement, rows: Rows) -> Expr:
    """Some element (or the value, where it is an object) passes the whole mapping of paths to tests."""
    if isinstance(found, Nothing) or "object" not in found.shape.kinds:
        return sql.FALSE
    shape = found.shape

    def passes_mapping(element: Element) -> Expr:
        place = Place(general(element).sql, "json", shape)
        is_object = sql.compare("equal", sql.json_kind(place.sql), sql.text("OBJECT"))
        mapping = (passes(find(place, names, rows.variables), tests, rows) for names, tests in test.tests)
        return sql.both([sql.sure(is_object), *mapping])

    return _some_element(found, passes_mapping, rows, _asks_a_list(test))


def _some_element(found: Found, test: Callable[[Element], Expr], rows: Rows, asks_a_list: bool) -> Expr:
    """The test holds for the value, or for some element of it where it is a list."""
    match found:
        case Nothing():
            return sql.FALSE
        case One(element):
            return sql.sure(test(element))
        case Many(elements=elements, form=form, kinds=kinds):
            some = sql.some_row_of if asks_a_list else sql.some_of
            return some(elements, next(rows.variables), lambda each: test(Element(each, form, kinds)))


def _asks_a_list(test: ValueTest) -> bool:
    return any(isinstance(each, InList) for each in tests_in((test,)))


def _holds(element: Element, test: ElementTest, rows: Rows) -> Expr:
    match test:
        case NumberIs(comparison, limit):
            return compares(element, comparison, limit)
        case TextIs():
            return _text_holds(as_text(element), test)
        case BooleanIs(expected):
            return is_boolean(element, expected)
        case InstantIn(interval):
            return sql.between(as_instant(element), interval.start, interval.end)
        case OneOf(tests):
            return _one_of(element, tests, rows)
        case InList():
            return _in_list(element, test)
        case ComparesWith():
            return _some_element(rows.find(test.other), lambda other: _compares_with(element, test, other), rows, False)
        case _:
            assert_never(test)


def _text_holds(value: Expr, test: TextIs) -> Expr:
    if test.relation == "matches":
        return sql.matches(value, test.text, test.fold)
    literal = sql.text(test.text)
    return _text_relation(test.relation, value, literal, test.fold)


def _text_relation(relation: str, value: Expr, other: Expr, fold: bool) -> Expr:
    if fold:
        value, other = sql.lower(value), sql.lower(other)
    match relation:
        case "contains":
            return sql.contains(value, other)
        case "starts_with":
            return sql.starts_with(value, other)
        case "ends_with":
            return sql.ends_with(value, other)
        case _:
            return sql.compare(relation, value, other)


def _one_of(element: Element, tests: tuple[ElementTest, ...], rows: Rows) -> Expr:
    """Any of the tests; equalities with plain texts become one membership test."""
    texts = [test.text for test in tests if isinstance(test, TextIs) and test.relation == "equal" and not test.fold]
    others = [test for test in tests if not (isinstance(test, TextIs) and test.relation == "equal" and not test.fold)]
    parts = [sql.sure(_holds(element, test, rows)) for test in others]
    if texts:
        parts.append(sql.sure(sql.is_in(as_text(element), [sql.text(each) for each in texts])))
    return sql.either(parts)


def _in_list(element: Element, test: InList) -> Expr:
    value = as_text(element)
    entry = sql.column("value", list_table(test))
    if test.fold:
        value, entry = sql.lower(value), sql.lower(entry)
    entries = sql.rows_of(list_table(test))
    if test.contains:
        return sql.exists(entries.select(sql.integer(1)).where(sql.contains(value, entry)))
    return sql.is_in_query(value, entries.select(entry))


def _compares_with(element: Element, test: ComparesWith, other: Element) -> Expr:
    if test.as_instants:
        return sql.compare(test.relation, as_instant(element), as_instant(other))
    by_text = _text_relation(test.relation, as_text(element), as_text(other), test.fold)
    if test.relation in ("contains", "starts_with", "ends_with"):
        return by_text
    numbers = as_double(element), as_double(other)
    are_numbers = sql.both(map(sql.present, numbers))
    if not (is_exact_in_double(element) and is_exact_in_double(other)):
        numbers = comparable(numbers[0], as_whole(element)), comparable(numbers[1], as_whole(other))
    return sql.choose([(are_numbers, sql.compare(test.relation, *numbers))], by_text)

"""What a pass reads of each event for computed traits: of a property, its numbers, its texts or all of it.

    properties.revenue     ->   number_1 double | units_1 hugeint | how_many_1
    products.sku           ->   texts_2 varchar[]
    properties.item        ->   whole_3 json

A number whose exact value no double may hold is read as a struct that compares as the value does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlglot.expressions import Expr

from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element, as_double, as_text, as_whole, exact_whole, is_exact_in_double
from audcli.sql.places import Found, Many, Nothing, One, whole
from audcli.sql.sums import has_units, units

Reading = Literal["units", "how_many", "number", "least", "greatest", "least_exact", "greatest_exact", "whole", "texts"]
"""`units` and how many numbers there are, for sums; the one number; the least and greatest, as doubles or as exact
structs."""


@dataclass(frozen=True, slots=True)
class Read:
    """A reading in two steps: columns made of the event, and the reading made of these; each row may have several."""

    columns: dict[str, Expr]
    result: Expr


def read(reading: Reading, found: Found, name: str, variables: Iterator[str]) -> Read:
    """Read what was found; `name` begins the names of the columns, and is the same for all readings of one value."""
    match reading, found:
        case _, Nothing():
            return Read({}, sql.cast(sql.NULL, _TYPES[reading]))
        case "whole", _:
            place = whole(found)
            assert place is not None, "only nothing is no place"
            return Read({f"{name}_whole": place.sql}, sql.column(f"{name}_whole"))
        case "texts", One(element):
            return Read({f"{name}_texts": as_text(element)}, sql.column(f"{name}_texts"))
        case "texts", Many():
            return Read({f"{name}_texts": _texts(found, variables)}, sql.column(f"{name}_texts"))
        case _, One(element):
            return _number(reading, element, name)
        case _, Many():
            return _numbers(reading, found, name, variables)
    raise AssertionError(f"no reading {reading} of {found}")


def gives_lists(reading: Reading, found: Found) -> bool:
    """Tell whether the reading gives a list of texts for each event, and not one text at most."""
    return reading == "texts" and isinstance(found, Many)


def is_exact(found: Found) -> bool:
    """Tell whether the numbers found are always ones that doubles hold exactly."""
    match found:
        case Nothing():
            return True
        case One(element):
            return is_exact_in_double(element)
        case Many(elements=elements, form=form, kinds=kinds):
            return is_exact_in_double(Element(elements, form, kinds))


def json_of_exact(value: Expr) -> Expr:
    """Write an exact struct as JSON."""
    written = sql.member(value, "whole")
    double = sql.total([sql.member(value, "rounded"), sql.double(0)])
    return sql.choose(
        [(sql.absent(value), sql.NULL), (sql.present(written), sql.json_of(written))], sql.json_of(double)
    )


_WITH_EXACT = frozenset({"least_exact", "greatest_exact"})
_EXACT = "STRUCT(rounded DOUBLE, exact HUGEINT, whole BIGINT)"
_TYPES: dict[Reading, str] = {
    "units": "HUGEINT", "how_many": "BIGINT", "number": "DOUBLE", "least": "DOUBLE", "greatest": "DOUBLE",
    "whole": "JSON", "least_exact": _EXACT, "greatest_exact": _EXACT, "texts": "VARCHAR",
}  # fmt: skip


def _number(reading: Reading, element: Element, name: str) -> Read:
    columns = {f"{name}_number": as_double(element)}
    number, exact = sql.column(f"{name}_number"), None
    if reading in _WITH_EXACT or not is_exact_in_double(element):
        columns[f"{name}_exact"] = as_whole(element)
        exact = sql.column(f"{name}_exact")
    match reading:
        case "units":
            return Read(columns, units(number, exact))
        case "how_many":
            return Read(columns, sql.choose([(has_units(number), sql.integer(1))], sql.integer(0)))
        case _:
            return Read(columns, _comparable(number, exact) if exact is not None and reading in _WITH_EXACT else number)


def _numbers(reading: Reading, found: Many, name: str, variables: Iterator[str]) -> Read:
    def each(make: Callable[[Element], Expr]) -> Expr:
        return sql.each_of(found.elements, next(variables), lambda each: make(Element(each, found.form, found.kinds)))

    match reading:
        case "units" | "how_many":
            column, made = f"{name}_all_units", each(_units)
            results = {"units": sql.sum_of, "how_many": sql.count_of}
        case "least_exact" | "greatest_exact":
            column, made = f"{name}_all_exact", each(lambda element: _comparable(as_double(element), as_whole(element)))
            results = {"least_exact": sql.least_of, "greatest_exact": sql.greatest_of}
        case _:
            column, made = f"{name}_all", each(as_double)
            results = {"least": sql.least_of, "greatest": sql.greatest_of}
    return Read({column: made}, results[reading](sql.column(column)))


def _units(element: Element) -> Expr:
    return units(as_double(element), None if is_exact_in_double(element) else as_whole(element))


def _comparable(number: Expr, whole: Expr) -> Expr:
    """Order numbers by their nearest double and, where that is the same, by their exact value; and keep that."""
    packed = sql.struct({"rounded": number, "exact": exact_whole(number, whole), "whole": whole})
    return sql.choose([(sql.present(number), packed)])


def _texts(found: Many, variables: Iterator[str]) -> Expr:
    if found.form == "text":
        return found.elements
    return sql.each_of(found.elements, next(variables), lambda each: as_text(Element(each, found.form, found.kinds)))

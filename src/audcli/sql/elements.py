"""One scalar value, read as the test's literal asks: as text, a number, a boolean or an instant (SPEC section 6).

What the catalog has seen decides the reading: a property that was only ever a number is one typed extraction, and
only one that was of several kinds takes the general way through JSON. Both give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, nextafter
from typing import Literal

from sqlglot.expressions import Expr

from audcli.catalog import EXACT_IN_DOUBLE, Kind
from audcli.plan.model import Comparison
from audcli.sql import vocabulary as sql

Form = Literal["variant", "json", "text", "instant", "number"]
"""How an expression gives a value; a `number` is a column of whole numbers or of doubles."""

SCALARS: frozenset[Kind] = frozenset({"integer", "big_integer", "double", "string", "boolean"})
_NUMBERS: frozenset[Kind] = frozenset({"integer", "big_integer", "double"})
_WRITTEN_AS_IS: frozenset[Kind] = frozenset({"big_integer", "string", "boolean"})

_DECIMAL = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_WHOLE = r"[+-]?\d+"
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?"
_OFFSET = r" ?([Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_ISO_8601 = f"{_DATE}([Tt ]{_TIME}({_OFFSET})?)?"


@dataclass(frozen=True, slots=True)
class Element:
    """A value that is no list: the expression that gives it, the form it comes in, and the kinds it may be of."""

    sql: Expr
    form: Form
    kinds: frozenset[Kind]


def general(element: Element) -> Element:
    """Take the element through JSON, the form that every kind can be read from."""
    if element.form != "variant":
        return element
    return Element(variant_as_json(element.sql, element.kinds), "json", element.kinds)


def as_json(element: Element) -> Expr:
    """Give the value as JSON, of whatever kind it is."""
    match element.form:
        case "variant":
            return variant_as_json(element.sql, element.kinds)
        case "json":
            return element.sql
        case "instant":
            return sql.json_of(sql.instant_to_text(element.sql))
        case "text" | "number":
            return sql.json_of(element.sql)


def variant_as_json(value: Expr, kinds: frozenset[Kind]) -> Expr:
    """Write a stored value of these kinds as JSON."""
    return sql.to_json(value, has_numbers=not kinds.isdisjoint({"integer", "object", "list"}))


def as_text(element: Element) -> Expr:
    """Read as text: strings as they are, numbers and booleans by their shortest text; objects give NULL."""
    kinds = element.kinds
    if element.form == "text":
        return element.sql
    if element.form == "instant":
        return sql.instant_to_text(element.sql)
    if element.form == "number":
        return sql.cast(element.sql, "VARCHAR") if kinds == {"integer"} else _ecmascript(sql.json_of(element.sql))
    if not kinds & SCALARS:
        return sql.cast(sql.NULL, "VARCHAR")
    if element.form == "variant" and kinds == {"integer"}:
        return sql.cast(whole_number(element.sql), "VARCHAR")
    if element.form == "variant" and kinds <= _WRITTEN_AS_IS:
        return sql.try_cast(element.sql, "VARCHAR")
    value = general(element).sql
    kind = sql.json_kind(value)
    cases = []
    if "string" in kinds:
        cases.append((sql.compare("equal", kind, sql.text("VARCHAR")), sql.json_text(value)))
    if "double" in kinds:
        cases.append((sql.compare("equal", kind, sql.text("DOUBLE")), _ecmascript(value)))
    others = [sql.text(name) for name in ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "BOOLEAN")]
    cases.append((sql.is_in(kind, others), sql.cast(value, "VARCHAR")))
    return sql.choose(cases)


def is_boolean(element: Element, expected: bool) -> Expr:
    """The element is that JSON boolean, or its name in any case."""
    if element.form == "variant" and element.kinds == {"boolean"}:
        value = sql.try_cast(element.sql, "BOOLEAN")
        return sql.compare("equal", value, sql.TRUE if expected else sql.FALSE)
    return sql.compare("equal", sql.lower(as_text(element)), sql.text(str(expected).lower()))


def as_instant(element: Element) -> Expr:
    """Read a string that is wholly an ISO 8601 date or timestamp as an instant; anything else is NULL."""
    if element.form == "instant":
        return element.sql
    if "string" not in element.kinds:
        return sql.cast(sql.NULL, "TIMESTAMP")
    if element.form == "text":
        written = element.sql
    elif element.form == "json":
        written = sql.choose([(_is_json_string(element.sql), sql.json_text(element.sql))])
    elif element.kinds == {"string"}:
        written = as_text(element)
    else:
        return as_instant(general(element))
    tidy = sql.replaced(sql.replaced(sql.upper(written), r" ([Z+-])", r"\1"), ",", ".")
    return sql.choose([(sql.fully_matches(written, _ISO_8601), sql.zoned_text_to_instant(tidy))])


def as_double(element: Element) -> Expr:
    """Read as a number in double precision: a JSON number, or a string that is wholly a decimal number."""
    if element.form == "number":
        return sql.cast(element.sql, "DOUBLE")
    if element.form == "variant" and element.kinds <= _NUMBERS:
        return sql.try_cast(element.sql, "DOUBLE")
    written = _decimal_text(element)
    return sql.choose([(sql.fully_matches(written, _DECIMAL), sql.finite(sql.try_cast(written, "DOUBLE")))])


def is_exact_in_double(element: Element) -> bool:
    """Tell whether the element, where it is a number, is always one that a double holds exactly."""
    return element.form == "number" or element.kinds.isdisjoint({"big_integer", "string"})


def as_whole(element: Element) -> Expr:
    """Read as a signed 64-bit integer where the value is written as one (or is one, in a `number`), else NULL."""
    if element.form == "variant" and element.kinds == {"integer"}:
        return whole_number(element.sql)
    if element.form == "variant" and element.kinds <= {"integer", "big_integer"}:
        return sql.try_cast(element.sql, "BIGINT")
    if element.form == "number":
        is_whole = sql.compare("equal", element.sql, sql.towards_zero(element.sql))
        return sql.choose([(is_whole, sql.try_cast(element.sql, "BIGINT"))])
    written = _decimal_text(element)
    return sql.choose([(sql.fully_matches(written, _WHOLE), sql.try_cast(written, "BIGINT"))])


def comparable(number: Expr, whole: Expr) -> Expr:
    """Give a struct that compares as a number does: by its nearest double and, where that is the same, exactly.

    `number` is what `as_double` gives, `whole` what `as_whole` does.
    """
    packed = sql.struct({"rounded": number, "exact": exact_whole(number, whole)})
    return sql.choose([(sql.present(number), packed)])


def exact_whole(number: Expr, whole: Expr) -> Expr:
    """Give what tells numbers of one nearest double apart: the whole number, up to 2**64 in magnitude."""
    near = sql.compare("less", sql.magnitude(number), sql.double(2.0**64))
    return sql.otherwise(sql.cast(whole, "HUGEINT"), sql.choose([(near, sql.cast(number, "HUGEINT"))]))


def compares(element: Element, comparison: Comparison, limit: int | float) -> Expr:
    """The element, read as a number, compares so with the limit; exact for every 64-bit integer and double."""
    if abs(limit) < EXACT_IN_DOUBLE or element.kinds <= {"integer", "double"}:
        # Rounding an integer to a double never carries it across a limit of this size, nor onto it.
        return _double_compares(as_double(element), comparison, limit)
    whole = as_whole(element)
    exactly = _whole_compares(whole, comparison, limit)
    roughly = _double_compares(as_double(element), comparison, limit)
    return sql.choose([(sql.present(whole), exactly)], roughly)


def _double_compares(value: Expr, comparison: Comparison, limit: int | float) -> Expr:
    nearest = _nearest_double(limit)
    if nearest == limit:
        return sql.compare(comparison, value, _number(nearest))
    below = nearest if nearest < limit else nextafter(nearest, -inf)
    above = nearest if nearest > limit else nextafter(nearest, inf)
    match comparison:
        case "equal":
            return sql.FALSE
        case "greater" | "greater_or_equal":
            return sql.compare("greater_or_equal", value, sql.double(above))
        case _:
            return sql.compare("less_or_equal", value, sql.double(below))


def _whole_compares(value: Expr, comparison: Comparison, limit: int | float) -> Expr:
    beyond = 2**64
    if abs(limit) >= beyond:
        limit = beyond if limit > 0 else -beyond
    if limit == floor(limit):
        return sql.compare(comparison, value, sql.integer(floor(limit)))
    match comparison:
        case "equal":
            return sql.FALSE
        case "greater" | "greater_or_equal":
            return sql.compare("greater_or_equal", value, sql.integer(ceil(limit)))
        case _:
            return sql.compare("less_or_equal", value, sql.integer(floor(limit)))


def _number(value: float) -> Expr:
    whole = value.is_integer() and abs(value) < EXACT_IN_DOUBLE
    return sql.cast(sql.integer(int(value)), "DOUBLE") if whole else sql.double(value)


def _nearest_double(limit: int | float) -> float:
    try:
        return float(limit)
    except OverflowError:
        return inf if limit > 0 else -inf


def _decimal_text(element: Element) -> Expr:
    """Give the text that a number is read from: of JSON numbers and strings, not of booleans or objects."""
    if element.form == "text":
        return sql.trimmed(element.sql)
    if element.form == "instant" or not element.kinds & (_NUMBERS | {"string"}):
        return sql.cast(sql.NULL, "VARCHAR")
    if element.form == "variant" and element.kinds == {"integer"}:
        return as_text(element)
    if element.form == "variant" and element.kinds <= _WRITTEN_AS_IS:
        return sql.trimmed(sql.try_cast(element.sql, "VARCHAR"))
    value = general(element).sql
    kind = sql.json_kind(value)
    numbers = [sql.text(name) for name in ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "DOUBLE")]
    cases = [(sql.is_in(kind, numbers), sql.cast(value, "VARCHAR"))]
    if "string" in element.kinds:
        cases.insert(0, (_is_json_string(value), sql.trimmed(sql.json_text(value))))
    return sql.choose(cases)


def whole_number(value: Expr) -> Expr:
    """Read a stored whole number: a double to the engine, which is fast only at reading it as one."""
    return sql.try_cast(sql.try_cast(value, "DOUBLE"), "BIGINT")


def _is_json_string(value: Expr) -> Expr:
    return sql.compare("equal", sql.json_kind(value), sql.text("VARCHAR"))


def _ecmascript(value: Expr) -> Expr:
    """Write a JSON double as ECMAScript does. The engine differs in a whole number's `.0` and a lacking `+`."""
    written = sql.cast(value, "VARCHAR")
    return sql.replaced(sql.replaced(written, r"\.0$", ""), r"e(\d)", r"e+\1")

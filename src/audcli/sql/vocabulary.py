"""The words that statements are made of: the only place that makes literals, casts, functions and list expressions.

Everything a user wrote enters a statement as a literal made here, so no text of theirs is ever read as SQL. What this
file does not name cannot be emitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.query import Query, Source

TRUE = exp.Boolean(this=True)
FALSE = exp.Boolean(this=False)
NULL = exp.Null()


def text(value: str) -> Expr:
    """Make a text literal, of any characters."""
    return exp.Literal.string(value)


def integer(value: int) -> Expr:
    """Make a whole-number literal of any size."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def double(value: float) -> Expr:
    """Make a double-precision literal, exactly."""
    return cast(exp.Literal.string(repr(value)), "DOUBLE")


def instant(value: datetime) -> Expr:
    """Make a timestamp literal (UTC, no zone) to the microsecond."""
    return cast(exp.Literal.string(value.isoformat(sep=" ", timespec="microseconds")), "TIMESTAMP")


def column(name: str, table: str | None = None) -> Expr:
    """Name a column."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def rows_of(source: str | Source) -> Query:
    """Begin a query over all rows of a table, or of another query that was given a name."""
    return Query(Source(source) if isinstance(source, str) else source)


def table_as(name: str, alias: str) -> Source:
    """Give a table another name, for a query that reads it more than once."""
    return Source(name, alias)


def all_of(name: str) -> Query:
    """Give all rows of a table with all their columns."""
    return rows_of(name).select(exp.Star())


def named(expression: Expr, name: str) -> Expr:
    """Give a result column its name."""
    return exp.alias_(expression, name, quoted=True, copy=False)


def cast(value: Expr, type_: str) -> Expr:
    """Convert; for values that are known to convert."""
    return exp.Cast(this=value, to=exp.DataType.build(type_, dialect="duckdb"))


def try_cast(value: Expr, type_: str) -> Expr:
    """Convert, or give NULL; for anything that came from outside."""
    return exp.TryCast(this=value, to=exp.DataType.build(type_, dialect="duckdb"), safe=True)


# --- logic --------------------------------------------------------------------------------------------------


def both(parts: Iterable[Expr]) -> Expr:
    """All of the parts are true; of no parts: true."""
    kept = [part for part in parts if not _is(part, True)]
    if any(_is(part, False) for part in kept):
        return FALSE
    return _connected(exp.And, kept) if kept else TRUE


def either(parts: Iterable[Expr]) -> Expr:
    """One of the parts is true; of no parts: false."""
    kept = [part for part in parts if not _is(part, False)]
    if any(_is(part, True) for part in kept):
        return TRUE
    return _connected(exp.Or, kept) if kept else FALSE


def opposite(value: Expr) -> Expr:
    """Negate a value that is never NULL."""
    if _is(value, True):
        return FALSE
    return TRUE if _is(value, False) else exp.Not(this=exp.Paren(this=value))


def finite(value: Expr) -> Expr:
    """Give the double where it is one; NULL for what was written beyond the range of doubles."""
    return choose([(_call("isfinite", value), value)])


def sure(value: Expr) -> Expr:
    """Turn an unknown truth (NULL) into false."""
    return value if isinstance(value, exp.Boolean) else _call("coalesce", value, FALSE)


def how_many(parts: Sequence[Expr]) -> Expr:
    """Count the parts that are true; none of them is ever NULL."""
    return total([cast(exp.Paren(this=part), "INTEGER") for part in parts])


def total(parts: Sequence[Expr]) -> Expr:
    """Add up."""
    added = parts[0]
    for part in parts[1:]:
        added = exp.Add(this=added, expression=part)
    return exp.Paren(this=added) if len(parts) > 1 else added


def product(value: Expr, factor: int) -> Expr:
    """Multiply a whole number, up to 38 digits."""
    return exp.Paren(this=exp.Mul(this=cast(value, "HUGEINT"), expression=integer(factor)))


def times(left: Expr, right: Expr) -> Expr:
    """Multiply."""
    return exp.Paren(this=exp.Mul(this=left, expression=right))


def divided(left: Expr, right: Expr) -> Expr:
    """Divide a double by a double; the nearest double of the quotient."""
    return exp.Paren(this=exp.Div(this=left, expression=right))


def quotient(left: Expr, right: Expr) -> Expr:
    """Divide a whole number by another, towards zero."""
    return exp.Paren(this=exp.IntDiv(this=left, expression=right))


def remainder(left: Expr, right: Expr) -> Expr:
    """Give what is left of a whole number after division."""
    return exp.Paren(this=exp.Mod(this=left, expression=right))


def magnitude(value: Expr) -> Expr:
    """Give a number without its sign."""
    return _call("abs", value)


def negative(value: Expr) -> Expr:
    """Give a number with the other sign."""
    return exp.Neg(this=exp.Paren(this=value))


def unless_zero(value: Expr) -> Expr:
    """Give the number, NULL for 0."""
    return _call("nullif", value, integer(0))


def towards_zero(value: Expr) -> Expr:
    """Give a double without its fraction."""
    return _call("trunc", value)


def rounded_down(value: Expr) -> Expr:
    """Give the greatest whole double that is not above."""
    return _call("floor", value)


def rounded_up(value: Expr) -> Expr:
    """Give the least whole double that is not below."""
    return _call("ceil", value)


def rounded_half_even(value: Expr) -> Expr:
    """Give the nearest whole double, of two the even one."""
    return _call("round_even", value, integer(0))


def difference(left: Expr, right: Expr) -> Expr:
    """Subtract."""
    return exp.Paren(this=exp.Sub(this=left, expression=right))


def present(value: Expr) -> Expr:
    """The value is not NULL."""
    return exp.Not(this=exp.Is(this=value, expression=NULL))


def absent(value: Expr) -> Expr:
    """The value is NULL."""
    return exp.Is(this=value, expression=NULL)


def otherwise(value: Expr, default: Expr) -> Expr:
    """Give the value, or the default where it is NULL."""
    return _call("coalesce", value, default)


def choose(cases: Iterable[tuple[Expr, Expr]], default: Expr = NULL) -> Expr:
    """Give the value of the first case that is true."""
    choice = exp.Case()
    for condition, value in cases:
        choice = choice.when(condition, value, copy=False)
    return choice.else_(default, copy=False)


# --- comparison ---------------------------------------------------------------------------------------------

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "equal": exp.EQ,
    "greater": exp.GT,
    "greater_or_equal": exp.GTE,
    "less": exp.LT,
    "less_or_equal": exp.LTE,
}


def compare(comparison: str, left: Expr, right: Expr) -> Expr:
    """Compare by the plan's name of the comparison."""
    return _COMPARISONS[comparison](this=left, expression=right)


def differs(left: Expr, right: Expr) -> Expr:
    """The two are not equal; NULL where one of them is."""
    return exp.NEQ(this=left, expression=right)


def same(left: Expr, right: Expr) -> Expr:
    """The two are equal, or both are NULL."""
    return exp.NullSafeEQ(this=left, expression=right)


def is_in(value: Expr, literals: Sequence[Expr]) -> Expr:
    """The value equals one of the literals."""
    if len(literals) == 1:
        return compare("equal", value, literals[0])
    return exp.In(this=value, expressions=list(literals))


def is_in_query(value: Expr, query: Query) -> Expr:
    """The value is one of the query's only column."""
    return exp.In(this=value, query=exp.Subquery(this=query.tree()))


def between(value: Expr, start: datetime | None, end: datetime | None) -> Expr:
    """The instant lies in [start, end); None is unbounded."""
    limits = []
    if start is not None:
        limits.append(compare("greater_or_equal", value, instant(start)))
    if end is not None:
        limits.append(compare("less", value, instant(end)))
    return both(limits) if limits else present(value)


# --- text ---------------------------------------------------------------------------------------------------


def lower(value: Expr) -> Expr:
    """Give simple lower case, code point by code point."""
    return _call("lower", value)


def trimmed(value: Expr) -> Expr:
    """Take ASCII white space off both ends."""
    return _call("trim", value, text(" \t\n\r\f\v"))


def contains(value: Expr, part: Expr) -> Expr:
    """The text has that part."""
    return _call("contains", value, part)


def starts_with(value: Expr, part: Expr) -> Expr:
    """The text begins so."""
    return _call("starts_with", value, part)


def ends_with(value: Expr, part: Expr) -> Expr:
    """The text ends so."""
    return _call("suffix", value, part)


def matches(value: Expr, expression: str, fold: bool = False) -> Expr:
    """An RE2 expression is found anywhere in the text."""
    options = [text("i")] if fold else []
    return _call("regexp_matches", value, text(expression), *options)


def fully_matches(value: Expr, expression: str) -> Expr:
    """An RE2 expression matches the whole text."""
    return _call("regexp_full_match", value, text(expression))


def replaced(value: Expr, expression: str, by: str) -> Expr:
    """Replace the first match of an RE2 expression."""
    return _call("regexp_replace", value, text(expression), text(by))


def unless_empty(value: Expr) -> Expr:
    """Give the text, NULL for an empty one."""
    return _call("nullif", value, text(""))


def joined_text(*values: Expr) -> Expr:
    """Put texts one after the other."""
    return _call("concat", *values)


def padded(value: Expr, width: int) -> Expr:
    """Put zeros before a text up to a width."""
    return _call("lpad", value, integer(width), text("0"))


def sha256_hex(value: Expr) -> Expr:
    """Give the SHA-256 of a text's UTF-8 as 64 lower-case hexadecimal digits."""
    return _call("sha256", value)


def leading(value: Expr, count: int) -> Expr:
    """Give the first characters of a text."""
    return _call("substr", value, integer(1), integer(count))


# --- instants -----------------------------------------------------------------------------------------------


def zoned_text_to_instant(value: Expr) -> Expr:
    """Read a text with or without an offset as UTC, or NULL. The engine's zone is UTC."""
    return cast(_call("timezone", text("UTC"), try_cast(value, "TIMESTAMPTZ")), "TIMESTAMP")


def instant_to_text(value: Expr) -> Expr:
    """Write an instant as `2026-01-31T10:00:00.000000Z`."""
    return _call("strftime", value, text("%Y-%m-%dT%H:%M:%S.%fZ"))


def later(value: Expr, *, seconds: int = 0, months: int = 0) -> Expr:
    """Add seconds, or calendar months clamped to the month's end."""
    function, count = ("to_months", months) if months else ("to_seconds", seconds)
    return exp.Paren(this=exp.Add(this=value, expression=_call(function, integer(count))))


def earliest(instants: Sequence[Expr]) -> Expr:
    """Give the earliest of the instants."""
    return _call("least", *instants) if len(instants) > 1 else instants[0]


def latest_of(*instants: Expr) -> Expr:
    """Give the latest of the instants."""
    return _call("greatest", *instants)


# --- JSON and variants --------------------------------------------------------------------------------------


def member_of_variant(value: Expr, name: str) -> Expr:
    """Give the value below a name of a variant object, NULL where there is none."""
    return _call("variant_extract", value, text(name))


def has_member(value: Expr, name: str) -> Expr:
    """The variant object has that name, be its value null or not."""
    return _call("variant_exists", value, text(name))


def to_json(value: Expr) -> Expr:
    """Write a variant as JSON; a JSON null is NULL."""
    return cast(value, "JSON")


def json_of(value: Expr) -> Expr:
    """Write any value as JSON: texts as strings, lists as arrays."""
    return _call("to_json", value)


def member_of_json(value: Expr, name: str) -> Expr:
    """Give the value below a name of a JSON object, NULL where there is none."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return _call("json_extract", value, text(pointer))


def json_kind(value: Expr) -> Expr:
    """Give the engine's name for the kind of a JSON value: `VARCHAR`, `DOUBLE`, `ARRAY` …"""
    return _call("json_type", value)


def json_text(value: Expr) -> Expr:
    """Give the text of a JSON string, unquoted."""
    return _call("json_extract_string", value, text("$"))


def json_elements(value: Expr) -> Expr:
    """Give the elements of a JSON array."""
    return cast(value, "JSON[]")


def json_size(value: Expr) -> Expr:
    """Give the number of elements of a JSON array."""
    return _call("json_array_length", value)


# --- lists --------------------------------------------------------------------------------------------------


def list_of(*values: Expr) -> Expr:
    """Make a list."""
    return _call("list_value", *values)


def flattened(value: Expr) -> Expr:
    """Take one level of nesting out of a list of lists."""
    return _call("flatten", value)


def size_of(value: Expr) -> Expr:
    """Give the number of elements of a list."""
    return _call("len", value)


def first_of(value: Expr) -> Expr:
    """Give the first element of a list."""
    return _call("list_extract", value, integer(1))


def each_of(value: Expr, variable: str, make: Callable[[Expr], Expr]) -> Expr:
    """Make something of every element; `variable` names the element and is unique within the statement's nesting."""
    return _call("list_transform", value, _lambda(variable, make))


def those_of(value: Expr, variable: str, keep: Callable[[Expr], Expr]) -> Expr:
    """Keep the elements for which `keep` is true."""
    return _call("list_filter", value, _lambda(variable, keep))


def some_of(value: Expr, variable: str, test: Callable[[Expr], Expr]) -> Expr:
    """The test is true of some element of the list; false for an absent list."""
    found = size_of(those_of(value, variable, test))
    return sure(compare("greater", found, integer(0)))


def some_row_of(value: Expr, variable: str, test: Callable[[Expr], Expr]) -> Expr:
    """Say the same as `some_of` with a query of its own, for tests that hold queries (which a lambda cannot)."""
    rows = Query(None).select(named(_call("unnest", value), variable)).named(f"rows_{variable}")
    return exists(rows_of(rows).select(integer(1)).where(test(column(variable))))


def sum_of(value: Expr) -> Expr:
    """Add up the elements of a list; NULL where there are none."""
    return _call("list_sum", value)


def count_of(value: Expr) -> Expr:
    """Count the elements of a list that are not NULL."""
    return _call("list_count", value)


def least_of(value: Expr) -> Expr:
    """Give the least element of a list."""
    return _call("list_min", value)


def greatest_of(value: Expr) -> Expr:
    """Give the greatest element of a list."""
    return _call("list_max", value)


def beginning(value: Expr, count: int) -> Expr:
    """Give the first elements of a list."""
    return _call("list_slice", value, integer(1), integer(count))


def spread(value: Expr) -> Expr:
    """Give a row for each element of a list; the only such expression of its SELECT."""
    return _call("unnest", value)


def exists(query: Query) -> Expr:
    """The query gives some row."""
    return exp.Exists(this=query.tree())


# --- aggregates ---------------------------------------------------------------------------------------------


def count_where(condition: Expr) -> Expr:
    """Count the rows for which the condition is true; 0 for none."""
    return where(exp.Count(this=exp.Star()), condition)


def where(aggregate: Expr, condition: Expr) -> Expr:
    """Let an aggregate see only the rows for which the condition is true."""
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def latest(value: Expr, order: Sequence[Expr], condition: Expr) -> Expr:
    """Give the value (NULL among them) of the row that is last in a total order, among those that pass."""
    chosen = _call("arg_max", struct({"value": value}), _call("row", *order))
    return member(where(chosen, condition), "value")


def of_first(value: Expr, order: Sequence[Expr]) -> Expr:
    """Give the value, which is not NULL, of the row that is first in a total order."""
    return _call("arg_min", value, _call("row", *order))


def of_last(value: Expr, order: Sequence[Expr]) -> Expr:
    """Give the value, which is not NULL, of the row that is last in a total order."""
    return _call("arg_max", value, _call("row", *order))


def struct(members: Mapping[str, Expr]) -> Expr:
    """Put values together under names; structs are compared member by member, NULL after everything else."""
    pairs = (exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in members.items())
    return _call("struct_pack", *pairs)


def member(value: Expr, name: str) -> Expr:
    """Give a member of a struct."""
    return _call("struct_extract", value, text(name))


def smallest(value: Expr) -> Expr:
    """Give the least value."""
    return _call("min", value)


def added(value: Expr) -> Expr:
    """Add up the values of a group."""
    return _call("sum", value)


def greatest(value: Expr) -> Expr:
    """Give the greatest value."""
    return _call("max", value)


def running_greatest(value: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    """Give the greatest value up to this row and its equals in the order, among rows with equal `within`."""
    return _running(greatest(value), within, order)


def running_total(value: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    """Add the values up to this row and its equals in the order, among rows with equal `within`."""
    return _running(added(value), within, order)


def count_rows() -> Expr:
    """Count the rows of a group."""
    return exp.Count(this=exp.Star())


def count_different(value: Expr) -> Expr:
    """Count the different values of a group."""
    return exp.Count(this=exp.Distinct(expressions=[value]))


def least_few(value: Expr, count: int) -> Expr:
    """Give the least values of a group, in order; at most 999,999."""
    return _call("min", value, integer(count))


def any_true(value: Expr) -> Expr:
    """Some row has it true."""
    return _call("bool_or", value)


def collected(value: Expr, order: Sequence[Expr]) -> Expr:
    """Gather the values of a group into a list, in that order."""
    ordered = exp.Order(this=value, expressions=[exp.Ordered(this=each) for each in order])
    return _call("list", ordered)


def _running(aggregate: Expr, within: Sequence[Expr], order: Expr) -> Expr:
    return exp.Window(
        this=aggregate,
        partition_by=list(within),
        order=exp.Order(expressions=[exp.Ordered(this=order)]),
    )


def _is(value: Expr, truth: bool) -> bool:
    return isinstance(value, exp.Boolean) and value.this is truth


def _connected(connector: type[exp.Connector], parts: Sequence[Expr]) -> Expr:
    """Join the parts by `and` or `or`, those that hold other connectors in brackets."""
    wrapped = [exp.Paren(this=part) if isinstance(part, exp.Connector) else part for part in parts]
    return reduce(lambda one, other: connector(this=one, expression=other), wrapped)


def _lambda(variable: str, make: Callable[[Expr], Expr]) -> Expr:
    name = exp.to_identifier(variable)
    return exp.Lambda(this=make(exp.column(variable)), expressions=[name])


def _call(function: str, *arguments: Expr) -> Expr:
    return exp.Anonymous(this=function, expressions=list(arguments))

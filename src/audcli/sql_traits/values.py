"""Results as JSON: what each SQL type becomes as the value of a trait.

true   7   1.50::decimal   date '2026-01-31'   [1, null]   'nan'::double
true   7   1.5             "2026-01-31"        [1,null]    absent

A value is carried as the store keeps it: `number`, a JSON number that a double holds exactly, or else `json`, its text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from duckdb.sqltypes import DuckDBPyType

from audcli.numbers import shortest_text
from audcli.sql_text import sql_text

_SMALL = {"tinyint", "smallint", "integer", "utinyint", "usmallint", "uinteger"}
_LARGE = {"bigint", "ubigint", "hugeint", "uhugeint", "bignum"}
_INSTANTS = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"}
_NESTED = {"list", "array", "struct", "tuple", "map", "union", "variant"}
_EXACT = 2**53
_LARGEST_WHOLE = 2**63
_MANY_DIGITS = 400
"""Whole numbers with as many are larger than every double."""

Stored = tuple[float | None, str | None]


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """The SQL of a column's values as they are carried; `written` tells that the JSON is yet to be put in order."""

    number: str
    json: str
    written: bool


def as_json(column: str, type_: DuckDBPyType) -> JsonColumn:
    """Give the SQL that turns a column, by the text that names it, into JSON."""
    kind = _kind(type_)
    if kind in _SMALL:
        return JsonColumn(f"{column}::double", "null", False)
    if kind in _LARGE or (kind == "decimal" and _scale(type_) == 0):
        return _whole(column)
    if kind in ("float", "double", "decimal"):
        return JsonColumn(_finite(column, kind), "null", False)
    if kind in _NESTED or kind == "json":
        return JsonColumn("null", f"to_json({_plain(column, type_, count())})::varchar", True)
    return JsonColumn("null", f"to_json({_plain(column, type_, count())})::varchar", False)


def stored(text: str | None) -> Stored:
    """Put JSON text in the order in which it is kept: names sorted, numbers by their shortest text.

    JSON's null is an absent value.
    """
    if text is None:
        return None, None
    value = _loaded(text)
    if value is None:
        return None, None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _number(value)
        if number is None or abs(number) <= _EXACT or isinstance(number, float):
            return None if number is None else float(number) + 0.0, None
        return None, str(number)
    return None, _compact(value)


def stored_columns(texts: Sequence[str | None]) -> tuple[list[float | None], list[str | None]]:
    """Put the JSON texts of a column in order, as `stored` does."""
    pairs = [stored(text) for text in texts]
    return [number for number, _ in pairs], [text for _, text in pairs]


def id_text(column: str, type_: DuckDBPyType) -> str | None:
    """Give the SQL of ids as text, numbers by their shortest text; None for types that are neither text nor number."""
    kind = _kind(type_)
    if kind in ("varchar", "uuid", "enum", "null") or kind in _SMALL | _LARGE:
        return f"{column}::varchar"
    if kind == "decimal" and _scale(type_) == 0:
        return f"{column}::varchar"
    if kind in ("float", "double", "decimal"):
        double = f"{column}::varchar::double"
        return f"""case when {double} = trunc({double}) and abs({double}) <= {_EXACT} then {double}::bigint::varchar
            else regexp_replace({double}::varchar, 'e(\\d)', 'e+\\1') end"""
    if kind == "json":
        return f"case when json_type({column}) in ('VARCHAR', 'UBIGINT', 'BIGINT') then {column} ->> '$' end"
    return None


def _kind(type_: DuckDBPyType) -> str:
    return "json" if str(type_) == "JSON" else str(type_.id)


def _scale(type_: DuckDBPyType) -> int:
    return int(dict(type_.children)["scale"])  # type: ignore[arg-type]


def _whole(column: str) -> JsonColumn:
    """Whole numbers beyond 64 bits are doubles, as everywhere in audcli."""
    exact = f"{column} between -{_EXACT} and {_EXACT}"
    signed = f"{column} between -{_LARGEST_WHOLE} and {_LARGEST_WHOLE - 1}"
    return JsonColumn(
        f"case when {exact} or not ({signed}) then {column}::double end",
        f"case when {signed} and not ({exact}) then {column}::varchar end",
        False,
    )


def _finite(column: str, kind: str) -> str:
    """A float is the number of its shortest text, so that 0.1 stays 0.1; adding 0 makes -0 a 0."""
    double = f"{column}::varchar::double" if kind == "float" else f"{column}::double"
    return f"case when isfinite({double}) then {double} + 0.0::double end"


def _plain(value: str, type_: DuckDBPyType, variables: Iterator[int]) -> str:
    """Give the SQL of something that the engine writes as the right JSON."""
    kind = _kind(type_)
    match kind:
        case "json" | "boolean":
            return value
        case "variant":
            return f"{value}::json"
        case "float" | "double" | "decimal":
            return _finite(value, kind)
        case "date":
            return f"case when isfinite({value}) then {value}::varchar end"
        case "timestamp with time zone":
            return _plain_instant(f"timezone('UTC', {value})")
        case "blob":
            return f"to_base64({value})"
        case _ if kind in _INSTANTS:
            return _plain_instant(f"{value}::timestamp")
        case _ if kind in _SMALL | _LARGE:
            return value
        case _ if kind in _NESTED:
            return _plain_nested(value, type_, variables)
        case _:
            return f"{value}::varchar"


def _plain_instant(value: str) -> str:
    return f"case when isfinite({value}) then strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ') end"


def _plain_nested(value: str, type_: DuckDBPyType, variables: Iterator[int]) -> str:
    each = f"each_{next(variables)}"
    children = [(name, child) for name, child in type_.children if isinstance(child, DuckDBPyType)]
    match _kind(type_):
        case "list" | "array":
            [(_, child)] = children
            return f"list_transform({value}::{child}[], lambda {each}: {_plain(each, child, variables)})"
        case "struct":
            members = [f"{sql_text(name)}, {_plain(f'({value}).{_quoted(name)}', child, variables)}"
                       for name, child in children]  # fmt: skip
            return f"case when {value} is not null then json_object({', '.join(members)}) end"
        case "tuple":
            elements = [_plain(f"({value})[{place}]", child, variables)
                        for place, (_, child) in enumerate(children, start=1)]  # fmt: skip
            return f"case when {value} is not null then json_array({', '.join(elements)}) end"
        case "map":
            plain = _plain(f"{each}.value", children[1][1], variables)
            entries = f"list_transform(map_entries({value}), lambda {each}: {{k: {each}.key::varchar, v: {plain}}})"
            return f"map_from_entries({entries})"
        case _:
            cases = [
                f"when {tag} then to_json({_plain(f'union_extract({value}, {tag})', child, variables)})"
                for tag, child in ((sql_text(name), child) for name, child in children if name)
            ]
            return f"case union_tag({value})::varchar {' '.join(cases)} end"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # the language reads no whole number of thousands of digits; the nearest double is infinite
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < _MANY_DIGITS else math.inf)


def _number(value: int | float) -> int | float | None:
    if isinstance(value, int) and -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
        return value
    try:
        double = float(value)
    except OverflowError:
        return None
    return double if math.isfinite(double) else None


def _compact(value: Any) -> str:
    match value:
        case dict():
            members = (f"{_json(name)}:{_compact(value[name])}" for name in sorted(value))
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(_compact, value)) + "]"
        case bool() | None | str():
            return _json(value)
        case _:
            number = _number(value)
            return "null" if number is None else shortest_text(number)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

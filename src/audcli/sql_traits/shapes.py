"""What the values of a trait look like, so that conditions read them in the right way.

7, "a", {"b": [1]}   ->   Shape of an integer, a string, and an object with a list of integers under `b`
"""

from __future__ import annotations

import json
from typing import Any

from duckdb import DuckDBPyConnection

from audcli.catalog import EXACT_IN_DOUBLE, Kind, Shape

_MANY_NAMES = 100
"""An object with more names is taken for a map, whose names are not told apart."""

_KINDS: dict[str, Kind] = {"VARCHAR": "string", "BOOLEAN": "boolean", "DOUBLE": "double"}
_NESTED = ("OBJECT", "ARRAY")


def shape_of(connection: DuckDBPyConnection, table: str, column: str) -> Shape:
    """Give the shape of a column of JSON; no kind is missing in it that a value has."""
    shape = Shape()
    for kind, times in connection.execute(
        f"select json_type({column}), count(*) from {table} where {column} is not null group by all"
    ).fetchall():
        if kind in ("BIGINT", "UBIGINT", "DOUBLE"):
            for number in ("integer", "big_integer", "double"):
                shape.seen[number] = shape.seen.get(number, 0) + times
        elif kind not in _NESTED:
            shape.seen[_KINDS[kind]] = times
    texts = connection.execute(
        f"select {column}::varchar from {table} where json_type({column}) in {_NESTED}"
    ).fetchall()
    for (text,) in texts:
        _grow(shape, json.loads(text))
    return shape


def _grow(shape: Shape, value: Any) -> None:
    kind = _kind_of(value)
    shape.seen[kind] = shape.seen.get(kind, 0) + 1
    match value:
        case dict():
            if len(value) > _MANY_NAMES:
                shape.any_name = shape.any_name or Shape()
            for name, item in value.items():
                _grow(_below(shape, name), item)
        case list():
            for item in value:
                shape.elements = shape.elements or Shape()
                _grow(shape.elements, item)
        case _:
            pass


def _below(shape: Shape, name: str) -> Shape:
    """Give the shape below a name; names that were told apart before an object was taken for a map stay so."""
    if shape.any_name is not None and name not in shape.names:
        return shape.any_name
    return shape.names.setdefault(name, Shape())


def _kind_of(value: Any) -> Kind:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer" if abs(value) <= EXACT_IN_DOUBLE else "big_integer"
        case float():
            return "double"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "object"

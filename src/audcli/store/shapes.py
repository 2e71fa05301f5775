"""The catalog as rows: one for each kind of value seen at each path of each call's properties and context.

    {"products": [{"sku": "a"}]}  ->  []                    object   1
                                      ["products"]          list     1
                                      ["products",0]        object   1
                                      ["products",0,"sku"]  string   1   "a"

In a path, 0 stands for the elements of a list and null for any name of an object with very many names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import duckdb

from audcli.catalog import CallShape, Catalog, Kind, Shape

PathStep = str | int | None


def read_catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """Rebuild the catalog of all calls in the store."""
    names = connection.execute("select type, name, call_name from call_names").fetchall()
    numbers = {(call_type, name): number for call_type, name, number in names}
    shapes = read_shapes(connection, numbers.values())
    return Catalog(calls={call: shapes[number] for call, number in numbers.items()}, numbers=numbers)


def read_shapes(connection: duckdb.DuckDBPyConnection, call_names: Iterable[int]) -> dict[int, CallShape]:
    """Read the shapes of the given call names; they are empty where nothing is stored yet."""
    shapes = {number: CallShape(Shape(), Shape()) for number in call_names}
    rows = connection.execute(
        "select call_name, base, path, kind, seen, example from catalog where list_contains(?, call_name)",
        [list(shapes)],
    ).fetchall()
    for call_name, base, path, kind, seen, example in rows:
        call = shapes[call_name]
        shape = _shape_at(call.context if base == "context" else call.properties, json.loads(path))
        shape.seen[kind] = seen
        if example is not None:
            shape.examples[kind] = example
    return shapes


def write_shapes(connection: duckdb.DuckDBPyConnection, shapes: Mapping[int, CallShape]) -> None:
    """Store the shapes of these call names in place of what was stored of them."""
    rows = [
        (call_name, base, json.dumps(path, ensure_ascii=False, separators=(",", ":")), kind, seen, example)
        for call_name, call in shapes.items()
        for base, shape in (("properties", call.properties), ("context", call.context))
        for path, kind, seen, example in _kinds_at(shape, [])
    ]
    import pyarrow as pa

    connection.execute("delete from catalog where list_contains(?, call_name)", [list(shapes)])
    if rows:
        names = ("call_name", "base", "path", "kind", "seen", "example")
        batch = pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=names)
        connection.register("catalog_rows", batch)
        connection.execute("insert into catalog select * from catalog_rows order by call_name, base, path, kind")
        connection.unregister("catalog_rows")


def _shape_at(shape: Shape, path: list[PathStep]) -> Shape:
    for step in path:
        match step:
            case 0:
                shape.elements = shape.elements or Shape()
                shape = shape.elements
            case None:
                shape.any_name = shape.any_name or Shape()
                shape = shape.any_name
            case _:
                shape = shape.names.setdefault(str(step), Shape())
    return shape


def _kinds_at(shape: Shape, path: list[PathStep]) -> Iterator[tuple[list[PathStep], Kind, int, str | None]]:
    for kind, seen in shape.seen.items():
        yield path, kind, seen, shape.examples.get(kind)
    for name, below in shape.names.items():
        yield from _kinds_at(below, [*path, name])
    if shape.any_name:
        yield from _kinds_at(shape.any_name, [*path, None])
    if shape.elements:
        yield from _kinds_at(shape.elements, [*path, 0])

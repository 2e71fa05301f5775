"""What the store has seen, for people to look at: the names of calls, and the values at every path.

events                 track | Order Completed | 1,204 calls | first and last time
properties and traits  products.sku   {"string": 340}   e.g. "SKU-7"       paths as definitions write them
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

import duckdb

from audcli.catalog import Kind, Shape
from audcli.errors import AudcliError
from audcli.store import Store
from audcli.store.shapes import read_shapes

_TYPES: Mapping[Kind, str] = {
    "integer": "number",
    "big_integer": "number",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "object": "object",
    "list": "list",
    "null": "null",
}

_CALLS = """
    select call_name, type, name, calls, first_time, last_time
    from call_names join (
        select call_name, count(*) as calls, min(time) as first_time, max(time) as last_time
        from calls group by call_name) using (call_name)
    order by list_position(['track', 'page', 'screen', 'identify', 'group', 'alias'], type), calls desc, name"""


@dataclass(frozen=True, slots=True)
class CallsSeen:
    """The calls of one type and name; `name` is empty for identify, group and alias. Times are UTC."""

    type: str
    name: str
    calls: int
    first_time: datetime
    last_time: datetime


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A path as definitions write it, how often each JSON type was seen there, and an example of some of the types.

    `types` of a list's elements stand at the list's own path, as `element_types`.
    """

    path: str
    types: dict[str, int]
    element_types: dict[str, int]
    examples: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """All calls by type and count, and the custom traits of profiles and of accounts."""

    calls: tuple[CallsSeen, ...]
    profile_traits: tuple[PlaceSeen, ...]
    account_traits: tuple[PlaceSeen, ...]


@dataclass(frozen=True, slots=True)
class NameSeen:
    """The calls of one type and name with every path of their properties (or traits) and context."""

    calls: CallsSeen
    properties: tuple[PlaceSeen, ...]
    context: tuple[PlaceSeen, ...]


def everything_seen(store: Store) -> Seen:
    """Say what calls the store has, and which traits."""
    rows = _calls(store.connection)
    shapes = read_shapes(store.connection, [number for number, each in rows if each.type in ("identify", "group")])
    traits = {each.type: tuple(places([shapes[number].properties])) for number, each in rows if number in shapes}
    calls = tuple(each for _, each in rows)
    return Seen(calls, traits.get("identify", ()), traits.get("group", ()))


def name_seen(store: Store, name: str) -> tuple[NameSeen, ...]:
    """Say what calls of that name showed, of each type that has it; identify, group and alias are named by their type.

    Raises `AudcliError` where no call has the name.
    """
    rows = _calls(store.connection)
    named = {number: each for number, each in rows if (each.name or each.type) == name}
    if not named:
        raise _unknown(name, [each.name or each.type for _, each in rows])
    shapes = read_shapes(store.connection, named)
    return tuple(
        NameSeen(each, tuple(places([shapes[number].properties])), tuple(places([shapes[number].context], "$context.")))
        for number, each in named.items()
    )


def places(shapes: Sequence[Shape], before: str = "") -> Iterator[PlaceSeen]:
    """List every path below some shapes by name, each before what is below it; `before` stands in front of all."""
    objects = [each for shape in shapes for each in _flattened(shape)]
    for name in sorted({name for each in objects for name in each.names}):
        found = [each.names[name] for each in objects if name in each.names]
        yield from _place(before + _written(name, is_first=not before), found)
    if found := [each.any_name for each in objects if each.any_name]:
        yield from _place(f"{before}*", found)


def _place(path: str, found: Sequence[Shape]) -> Iterator[PlaceSeen]:
    elements = [each for shape in found if shape.elements for each in _flattened(shape.elements)]
    examples: dict[str, str] = {}
    for shape in (*found, *elements):
        for kind, example in shape.examples.items():
            examples.setdefault(_TYPES[kind], example)
    yield PlaceSeen(path, _types(found), _types(elements), dict(sorted(examples.items())))
    yield from places(found, f"{path}.")


def _flattened(shape: Shape) -> Iterator[Shape]:
    """Give a shape and, as paths go into every element of a list, those of its elements."""
    yield shape
    if shape.elements:
        yield from _flattened(shape.elements)


def _types(shapes: Sequence[Shape]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for shape in shapes:
        for kind, seen in shape.seen.items():
            counts[_TYPES[kind]] = counts.get(_TYPES[kind], 0) + seen
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _written(name: str, *, is_first: bool) -> str:
    """Write a name as it stands in a path: a dot is escaped, and a first `$` that is no field of the call."""
    escaped = name.replace("\\", "\\\\").replace(".", "\\.")
    return f"\\{escaped}" if is_first and name.startswith("$") else escaped


def _calls(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, CallsSeen]]:
    rows = connection.execute(_CALLS).fetchall()
    return [(number, CallsSeen(*values)) for number, *values in rows]


def _unknown(name: str, known: Sequence[str]) -> AudcliError:
    near = get_close_matches(name, sorted(set(known)), n=3)
    hint = f"did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else "`audcli catalog` lists all names"
    return AudcliError(f"no call of the name `{name}` was ingested", hint=hint)

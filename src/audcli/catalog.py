"""What the store has seen: the kinds of value at every path of every call's properties.

The catalog is a promise: a kind that a `Shape` does not name never occurs there. The compiler relies on it to choose
the fast, typed reading of a property; ingest keeps it true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

Kind = Literal["integer", "big_integer", "double", "string", "boolean", "object", "list", "null"]
"""The kinds of JSON value. A `big_integer` is one that a double may not hold exactly (beyond 2**53 in magnitude);
a `double` that is whole and within 2**53 is an `integer`."""

EXACT_IN_DOUBLE = 2**53


@dataclass(slots=True)
class Shape:
    """What one place has shown: how often each kind, the shapes below its names, and of its list elements.

    `any_name` stands for all names of an object with very many different ones, in place of `names`.
    `examples` has one value of each scalar kind, as JSON text cut to a readable length.
    """

    seen: dict[Kind, int] = field(default_factory=dict)
    names: dict[str, Shape] = field(default_factory=dict)
    any_name: Shape | None = None
    elements: Shape | None = None
    examples: dict[Kind, str] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds seen here, `null` left out."""
        return frozenset(kind for kind in self.seen if kind != "null")

    def named(self, name: str) -> Shape | None:
        """Give the shape below a name of this object, None where it was never seen."""
        return self.names.get(name, self.any_name)


@dataclass(frozen=True, slots=True)
class CallShape:
    """What the calls of one type and name look like: `properties` (of identify and group: traits) and `context`."""

    properties: Shape
    context: Shape


TwinPaths = frozenset[tuple[str | None, ...]]
"""The paths to whatever holds, at any depth, an object with names that differ in case alone; None is any name."""


@dataclass(frozen=True)
class Catalog:
    """The shapes of all calls, by (type, name); identify, group and alias calls have the empty name."""

    calls: dict[tuple[str, str], CallShape]
    numbers: dict[tuple[str, str], int]
    """The surrogate number (`call_name`) of each."""

    @cached_property
    def twins_in_properties(self) -> TwinPaths:
        """The paths to objects with names that differ in case alone, in the properties or traits of any call."""
        return frozenset(path for each in self.calls.values() for path in _paths_to_twins(each.properties))

    @cached_property
    def twins_in_context(self) -> TwinPaths:
        """The same paths in the context of any call."""
        return frozenset(path for each in self.calls.values() for path in _paths_to_twins(each.context))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store has seen altogether: its calls, the time of the first (UTC, no zone), the types of its ids."""

    catalog: Catalog
    first_call: datetime
    id_types: frozenset[str]


def flattened(shape: Shape) -> Shape:
    """Give the shape of a value, or where it is a list of its elements, lists among them taken apart too."""
    while "list" in shape.kinds:
        shape = one_level_flatter(shape)
    return shape


def one_level_flatter(shape: Shape) -> Shape:
    """Give the shape of what is left when every list gives way to its elements, which may be lists again."""
    outside = replace(shape, seen={kind: n for kind, n in shape.seen.items() if kind != "list"}, elements=None)
    return combined([outside, shape.elements or Shape()])


def combined(shapes: Iterable[Shape]) -> Shape:
    """Give one shape for values that may be of any of these shapes."""
    given = [shape for shape in shapes if shape.seen]
    if len(given) == 1:
        return given[0]
    seen: dict[Kind, int] = {}
    for shape in given:
        for kind, times in shape.seen.items():
            seen[kind] = seen.get(kind, 0) + times
    elements = [shape.elements for shape in given if shape.elements is not None]
    any_names = [shape.any_name for shape in given if shape.any_name is not None]
    names = dict.fromkeys(name for shape in given for name in shape.names)
    return Shape(
        seen=seen,
        names={name: combined(each for shape in given if (each := shape.named(name))) for name in names},
        any_name=combined(any_names) if any_names else None,
        elements=combined(elements) if elements else None,
        examples={kind: text for shape in reversed(given) for kind, text in shape.examples.items()},
    )


def _paths_to_twins(shape: Shape) -> Iterator[tuple[str | None, ...]]:
    below = [(name, *path) for name, each in shape.names.items() for path in _paths_to_twins(each)]
    if shape.any_name is not None:
        below += [(None, *path) for path in _paths_to_twins(shape.any_name)]
    in_elements = [] if shape.elements is None else list(_paths_to_twins(shape.elements))
    if below or in_elements or _may_have_twins(shape):
        yield ()
    yield from below


def _may_have_twins(shape: Shape) -> bool:
    return shape.any_name is not None or len({name.casefold() for name in shape.names}) < len(shape.names)

"""Where the values of computed traits stand, in which form, and how conditions find them there.

{compute: sum, event: Order Completed, property: revenue}   ->   Home(computed_1, value_1, "number"), 0 where it is NULL
{compute: last, event: Order Completed, property: item}     ->   Home(computed_1, value_2, "json"), item.color below it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from audcli.catalog import Shape, combined
from audcli.plan.model import COUNTING, Computation, Count, Level, Scope, Value
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element
from audcli.sql.partials import Kind, Pass
from audcli.sql.places import Found, Many, Nothing, One, Place, find, whole
from audcli.sql.readings import is_exact
from audcli.sql.subjects import ACCOUNT, Keys, Table, entity_keys

ValueForm = Literal["number", "text", "list", "json"]
"""What a column of values holds: doubles or whole numbers, texts, lists of texts, or JSON."""

_OF_TEXTS = ("most_frequent", "unique_list", "unique_count")
_WHOLE = Shape(seen={"integer": 1})
_NUMBER = Shape(seen={"integer": 1, "big_integer": 1, "double": 1})
_TEXT = Shape(seen={"string": 1})


@dataclass(frozen=True, slots=True)
class Family:
    """Computations that are made of the same passes, for the same entities.

    `texts_of`: the value whose texts they are about, None where they are about none.
    """

    passes: tuple[Pass, ...]
    of: Level
    scope: Scope
    include_anonymous: bool
    texts_of: Value | None

    @property
    def keys(self) -> Keys:
        """The columns that tell their entities apart."""
        return ACCOUNT if self.of == "accounts" else entity_keys(self.scope)


@dataclass(frozen=True, slots=True)
class Home:
    """Where the values of a computation stand: a column of a table, in some form.

    `events` are those that were ever ingested, each with its pass; `shape` is that of a JSON value.
    """

    family: Family
    table: Table
    column: str
    form: ValueForm
    events: tuple[tuple[Count, Pass], ...]
    kinds: tuple[Kind, ...]
    shape: Shape


def family_of(computation: Computation, passes: tuple[Pass, ...]) -> Family:
    """Give the family of a computation that is made of the passes."""
    texts_of = computation.value if computation.compute in _OF_TEXTS else None
    anonymous = computation.include_anonymous or computation.of == "users"
    return Family(passes, computation.of, computation.scope, anonymous, texts_of)


def kinds_and_form(computation: Computation, found: Iterable[Found]) -> tuple[tuple[Kind, ...], ValueForm]:
    """Say what is to be found of the events for a computation, and how its values are held.

    `found` is what it reads of the events of each name.
    """
    match computation.compute:
        case "count" | "unique_users":
            return ("count",), "number"
        case "sum" | "average":
            return ("units", "how_many"), "number"
        case "minimum":
            return (("least",), "number") if all(map(is_exact, found)) else (("least_exact",), "json")
        case "maximum":
            return (("greatest",), "number") if all(map(is_exact, found)) else (("greatest_exact",), "json")
        case "first" | "last":
            return _first_or_last(computation.compute, found)
        case "most_frequent":
            return (), "text"
        case "unique_list":
            return (), "list"
        case "unique_count":
            return (), "number"
        case _:
            assert_never(computation.compute)


def _first_or_last(compute: Literal["first", "last"], found: Iterable[Found]) -> tuple[tuple[Kind, ...], ValueForm]:
    """Hold what is always a string, or always a number that a double holds exactly, as that; anything else as JSON."""
    some = [each for each in found if not isinstance(each, Nothing)]
    if all(isinstance(each, One) and each.element.kinds <= {"string"} for each in some):
        return ("first_text" if compute == "first" else "last_text",), "text"
    if all(isinstance(each, One) and each.element.kinds <= {"integer", "double"} for each in some):
        return ("first_number" if compute == "first" else "last_number",), "number"
    return (compute,), "json"


def shape_of_values(computation: Computation, found: Iterable[Found]) -> Shape:
    """Give the shape of the values, as far as they are JSON."""
    if computation.compute in ("first", "last"):
        return combined(place.shape for each in found if (place := whole(each)) is not None)
    return _NUMBER


def value_found(computation: Computation, names: tuple[str, ...], home: Home, variables: Iterator[str]) -> Found:
    """Say where the value, or what is below the names in it, is found."""
    if home.form == "json" and not home.shape.seen:
        return Nothing()
    column = sql.column(home.column, home.table.name)
    if home.form == "json":
        return find(Place(column, "json", home.shape), names, variables)
    if names:
        return Nothing()
    match home.form:
        case "number":
            shape = _WHOLE if computation.compute != "sum" and computation.compute in COUNTING else _NUMBER
            value = sql.otherwise(column, sql.integer(0)) if computation.compute in COUNTING else column
            return One(Element(value, "number", shape.kinds), shape)
        case "text":
            return One(Element(column, "text", _TEXT.kinds), _TEXT)
        case "list":
            listed = Place(sql.json_of(column), "json", Shape(seen={"list": 1}, elements=_TEXT))
            return Many(sql.present(column), sql.size_of(column), column, "text", _TEXT.kinds, _TEXT, listed)
        case _:
            assert_never(home.form)

"""The leaves of a plan and the table and column that answers each: equal leaves share one, whoever asks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from audcli.catalog import Catalog, Shape
from audcli.plan.model import (
    Calls,
    Condition,
    Count,
    CountIs,
    ExternalIds,
    Plan,
    SeenAt,
    Sequence,
    Trait,
    Value,
)
from audcli.plan.walk import own_values_in, parts_of, values_in
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element
from audcli.sql.events import call_numbers
from audcli.sql.places import Found, Many, Nothing, One, Place, find

IDENTIFY = ("identify", "")
_STRING = Shape(seen={"string": 1})

_Leaf = TypeVar("_Leaf", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Leaves:
    """What all audiences of a plan ask of the store, each with its place.

    `traits` and `ids` give the column of the tables of these names by trait name and id type; `counts` the column by
    count, in the table that `events` gives for the calls; `sequences` the table of each sequence. What the catalog
    knows never to occur has no place.
    """

    identify: Shape
    traits: Mapping[str, str]
    ids: Mapping[str, str]
    last_calls: bool
    events: Mapping[Calls, str]
    counts: Mapping[Count, str]
    sequences: Mapping[Sequence, str]

    def find(self, value: Value, variables: Iterator[str]) -> Found:
        """Say where a value of a profile is, in tables that have a row for each profile or none."""
        match value:
            case Trait(names):
                below = self.identify.named(names[0])
                if names[0] not in self.traits or below is None:
                    return Nothing()
                place = Place(sql.column(self.traits[names[0]], "traits"), "variant", below)
                return find(place, names[1:], variables)
            case SeenAt("first"):
                return _instant("first_seen", "profiles")
            case SeenAt():
                return _instant("last_seen", "last_calls")
            case ExternalIds(type_):
                ids = sql.column(self.ids[type_], "ids")
                kinds = _STRING.kinds
                return Many(sql.present(ids), sql.size_of(ids), ids, "text", kinds, _STRING)
            case _:
                raise AssertionError(f"{value} is not a value of a profile")

    def tables_of(self, conditions: Iterable[Condition]) -> list[str]:
        """Name the tables by profile that the conditions read, those of their events' filters left out."""
        tables: dict[str, None] = {}
        for condition in conditions:
            tables.update(dict.fromkeys(self._tables_of_values(own_values_in(condition))))
            for part in parts_of(condition):
                match part:
                    case CountIs(counts):
                        tables.update((self.events[each.calls], None) for each in counts if each in self.counts)
                    case Sequence() if part in self.sequences:
                        tables[self.sequences[part]] = None
                    case _:
                        pass
        return list(tables)

    def tables_of_filters(self, filters: Iterable[Condition]) -> list[str]:
        """Name the tables by profile that filters of events compare with."""
        values = (value for each in filters for value in values_in(each))
        return list(dict.fromkeys(self._tables_of_values(values)))

    def _tables_of_values(self, values: Iterable[Value]) -> Iterator[str]:
        for value in values:
            match value:
                case Trait(names) if names[0] in self.traits:
                    yield "traits"
                case ExternalIds():
                    yield "ids"
                case SeenAt("first"):
                    yield "profiles"
                case SeenAt():
                    yield "last_calls"
                case _:
                    pass


def collect(plan: Plan, catalog: Catalog) -> Leaves:
    """Gather the leaves of all audiences of the plan."""
    conditions = [audience.condition for audience in plan.audiences]
    values = [value for condition in conditions for value in values_in(condition)]
    parts = [part for condition in conditions for part in parts_of(condition)]
    identify = catalog.calls[IDENTIFY].properties if IDENTIFY in catalog.calls else Shape()
    traits = (value.names[0] for value in values if isinstance(value, Trait))
    counts = [
        count
        for part in parts
        if isinstance(part, CountIs)
        for count in part.counts
        if call_numbers(count.calls, catalog)
    ]
    sequences = [part for part in parts if isinstance(part, Sequence)]
    return Leaves(
        identify=identify,
        traits=_numbered((name for name in traits if identify.named(name) is not None), "trait_"),
        ids=_numbered((value.type for value in values if isinstance(value, ExternalIds)), "ids_"),
        last_calls=SeenAt("last") in values,
        events=_numbered((count.calls for count in counts), "events_"),
        counts=_numbered(counts, "count_"),
        sequences=_numbered(sequences, "sequence_"),
    )


def _instant(column: str, table: str) -> One:
    return One(Element(sql.column(column, table), "instant", _STRING.kinds), _STRING)


def _numbered(leaves: Iterable[_Leaf], prefix: str) -> dict[_Leaf, str]:
    return {leaf: f"{prefix}{number}" for number, leaf in enumerate(dict.fromkeys(leaves), start=1)}

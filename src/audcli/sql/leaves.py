"""The leaves of a plan and the table and column that answers each: equal leaves share one, whoever asks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from audcli.catalog import Catalog, Shape
from audcli.plan.model import (
    Calls,
    Condition,
    Count,
    CountIs,
    ExternalIds,
    Level,
    Plan,
    RelatedAre,
    Scope,
    SeenAt,
    Sequence,
    Trait,
    Value,
)
from audcli.plan.walk import conditions_in, own_values_in, parts_of, values_in
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element
from audcli.sql.events import call_numbers
from audcli.sql.places import Found, Many, Nothing, One, Place, find
from audcli.sql.subjects import ACCOUNT, PROFILE, PROFILES, SEEN_ACCOUNTS, Table, entity_keys

CARRIERS: Mapping[Level, tuple[str, str]] = {"users": ("identify", ""), "accounts": ("group", "")}
"""The calls that carry custom traits."""

_STRING = Shape(seen={"string": 1})
_TRAITS: Mapping[Level, Table] = {"users": Table("traits", PROFILE), "accounts": Table("account_traits", ACCOUNT)}
_SUFFIXES: Mapping[Scope, str] = {"all": "", "own": "_own", "tagged": "_by_account"}

_Leaf = TypeVar("_Leaf", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Leaves:
    """What all audiences of a plan ask of the store, each with its place.

    `traits` and `ids` give the column of the tables of these names by trait name (for each level) and id type;
    `events` the beginning of the names of the tables of the calls' counts, and `counts` the column of each count,
    which is the same in all scopes; `sequences` the table of each sequence. What the catalog knows never to occur has
    no place. `accounts` tells whether any leaf is about accounts or their users.
    """

    carried: Mapping[Level, Shape]
    traits: Mapping[Level, Mapping[str, str]]
    ids: Mapping[str, str]
    last_calls: bool
    events: Mapping[Calls, str]
    counts: Mapping[Count, str]
    sequences: Mapping[Sequence, str]
    accounts: bool

    def find(self, value: Value, variables: Iterator[str]) -> Found:
        """Say where a value of an entity is, in tables that have a row for each entity or none."""
        match value:
            case Trait(names, of):
                below = self.carried[of].named(names[0])
                if names[0] not in self.traits[of] or below is None:
                    return Nothing()
                place = Place(sql.column(self.traits[of][names[0]], _TRAITS[of].name), "variant", below)
                return find(place, names[1:], variables)
            case SeenAt(which, "accounts"):
                return _instant(f"{which}_seen", "seen_accounts")
            case SeenAt("first"):
                return _instant("first_seen", "profiles")
            case SeenAt():
                return _instant("last_seen", "last_calls")
            case ExternalIds(_, "accounts"):
                group_id = sql.column("group_id", "seen_accounts")
                return Many(sql.TRUE, sql.integer(1), sql.list_of(group_id), "text", _STRING.kinds, _STRING)
            case ExternalIds(type_):
                ids = sql.column(self.ids[type_], "ids")
                return Many(sql.present(ids), sql.size_of(ids), ids, "text", _STRING.kinds, _STRING)
            case _:
                raise AssertionError(f"{value} is not a value of an entity")

    def table_of_count(self, count: Count) -> Table:
        """Give the table that has the count's column."""
        return Table(self.events[count.calls] + _SUFFIXES[count.scope], entity_keys(count.scope))

    def tables_of(self, conditions: Iterable[Condition]) -> dict[Table, None]:
        """Give the tables that the conditions read of the entity itself, those of their events' filters left out."""
        tables: dict[Table, None] = {}
        for condition in conditions:
            tables.update(dict.fromkeys(self.tables_of_values(own_values_in(condition))))
            for part in parts_of(condition):
                match part:
                    case CountIs(counts):
                        tables.update((self.table_of_count(each), None) for each in counts if each in self.counts)
                    case Sequence(scope=scope) if part in self.sequences:
                        tables[Table(self.sequences[part], entity_keys(scope))] = None
                    case _:
                        pass
        return tables

    def tables_of_filters(self, filters: Iterable[Condition]) -> dict[Table, None]:
        """Give the tables of entities that filters of events compare with."""
        values = (value for each in filters for value in values_in(each))
        return dict.fromkeys(self.tables_of_values(values))

    def tables_of_values(self, values: Iterable[Value]) -> Iterator[Table]:
        """Give the tables in which values of entities stand."""
        for value in values:
            match value:
                case Trait(names, of) if names[0] in self.traits[of]:
                    yield _TRAITS[of]
                case SeenAt(_, "accounts") | ExternalIds(_, "accounts"):
                    yield SEEN_ACCOUNTS
                case ExternalIds():
                    yield Table("ids", PROFILE)
                case SeenAt("first"):
                    yield PROFILES
                case SeenAt():
                    yield Table("last_calls", PROFILE)
                case _:
                    pass


def collect(plan: Plan, catalog: Catalog) -> Leaves:
    """Gather the leaves of all audiences of the plan."""
    conditions = [each for audience in plan.audiences for each in conditions_in(audience.condition)]
    values = [value for audience in plan.audiences for value in values_in(audience.condition)]
    parts = [part for condition in conditions for part in parts_of(condition)]
    counts = [
        count
        for part in parts
        if isinstance(part, CountIs)
        for count in part.counts
        if call_numbers(count.calls, catalog)
    ]
    columns = _numbered((replace(count, scope="all") for count in counts), "count_")
    carried = {level: catalog.calls[call].properties if call in catalog.calls else Shape()
               for level, call in CARRIERS.items()}  # fmt: skip
    of_users = [value for value in values if isinstance(value, ExternalIds) and value.of == "users"]
    return Leaves(
        carried=carried,
        traits={level: _traits(values, level, shape) for level, shape in carried.items()},
        ids=_numbered((value.type for value in of_users), "ids_"),
        last_calls=SeenAt("last") in values,
        events=_numbered((count.calls for count in counts), "events_"),
        counts={count: columns[replace(count, scope="all")] for count in counts},
        sequences=_numbered((part for part in parts if isinstance(part, Sequence)), "sequence_"),
        accounts=any(each.level == "accounts" for each in plan.audiences)
        or any(isinstance(part, RelatedAre) for part in parts),
    )


def _traits(values: Iterable[Value], level: Level, carried: Shape) -> dict[str, str]:
    names = (value.names[0] for value in values if isinstance(value, Trait) and value.of == level)
    return _numbered((name for name in names if carried.named(name) is not None), "trait_")


def _instant(column: str, table: str) -> One:
    return One(Element(sql.column(column, table), "instant", _STRING.kinds), _STRING)


def _numbered(leaves: Iterable[_Leaf], prefix: str) -> dict[_Leaf, str]:
    return {leaf: f"{prefix}{number}" for number, leaf in enumerate(dict.fromkeys(leaves), start=1)}

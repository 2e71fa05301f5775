"""The leaves of a plan and the table and column that answers each: equal leaves share one, whoever asks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlglot.expressions import Expr

from audcli.catalog import Catalog, Shape
from audcli.plan.model import (
    Computation,
    ComputedTrait,
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
from audcli.plan.walk import computations_in, conditions_in, own_values_in, parts_of, values_in, values_of
from audcli.sql import vocabulary as sql
from audcli.sql.custom_traits import trait_found
from audcli.sql.elements import Element
from audcli.sql.events import call_numbers, event_rows
from audcli.sql.homes import Home, family_of, kinds_and_form, shape_of_values, value_found
from audcli.sql.partials import Asked, Partial, Pass
from audcli.sql.places import Found, Many, Nothing, One, Place, find
from audcli.sql.queried import NOTHING_QUERIED, Queried
from audcli.sql.subjects import ACCOUNT, PROFILE, PROFILES, SEEN_ACCOUNTS, Table, entity_keys

CARRIERS: Mapping[Level, tuple[str, str]] = {"users": ("identify", ""), "accounts": ("group", "")}
"""The calls that carry custom traits."""

_STRING = Shape(seen={"string": 1})
_TRAITS: Mapping[Level, Table] = {"users": Table("traits", PROFILE), "accounts": Table("account_traits", ACCOUNT)}
_SUFFIXES: Mapping[Scope, str] = {"all": "", "own": "_own", "tagged": "_by_account"}

_Leaf = TypeVar("_Leaf", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Leaves:
    """What all definitions of a plan ask of the store, each with its place.

    `traits` and `ids` give the column of the tables of these names by trait name (for each level) and id type;
    `asked` what is asked of each pass over events; `stages` when each computation is made, and `homes` where its
    values then are; `sequences` the table of each sequence. What the catalog knows never to occur has no place.
    `accounts` tells whether any leaf is about accounts or their users. `queried` is what queries gave before.
    """

    catalog: Catalog
    traits: Mapping[Level, Mapping[str, str]]
    ids: Mapping[str, str]
    last_calls: bool
    asked: dict[Pass, Asked]
    stages: dict[Computation, int]
    homes: dict[Computation, Home]
    sequences: Mapping[Sequence, str]
    accounts: bool
    queried: Queried

    def find(self, value: Value, variables: Iterator[str]) -> Found:
        """Say where a value of an entity is, in tables that have a row for each entity or none."""
        match value:
            case ComputedTrait(computation, names):
                return value_found(computation, names, self.homes[computation], variables)
            case Trait(names, of) if (of, names[0]) in self.queried.traits:
                queried = self.queried.traits[of, names[0]]
                column = sql.column(queried.column, queried.table.name)
                return find(Place(column, "json", queried.shape), names[1:], variables)
            case Trait(names, of):
                below = self.carried(of).named(names[0])
                if names[0] not in self.traits[of] or below is None:
                    return Nothing()
                column = sql.column(self.traits[of][names[0]], _TRAITS[of].name)
                return trait_found(column, below, names[1:], variables)
            case SeenAt(which, "accounts"):
                return _instant(f"{which}_seen", "seen_accounts")
            case SeenAt("first"):
                return _instant("first_seen", "profiles")
            case SeenAt():
                return _instant("last_seen", "last_calls")
            case ExternalIds(_, "accounts"):
                group_id = sql.column("group_id", "seen_accounts")
                return _texts(sql.TRUE, sql.integer(1), sql.list_of(group_id))
            case ExternalIds(type_):
                ids = sql.column(self.ids[type_], "ids")
                return _texts(sql.present(ids), sql.size_of(ids), ids)
            case _:
                raise AssertionError(f"{value} is not a value of an entity")

    def carried(self, level: Level) -> Shape:
        """Give the shape of the custom traits that calls have carried."""
        shape = self.catalog.calls.get(CARRIERS[level])
        return Shape() if shape is None else shape.properties

    def is_counted(self, count: Count) -> bool:
        """Tell whether there may be any such events."""
        return bool(call_numbers(count.calls, self.catalog))

    def place_of_count(self, count: Count) -> tuple[Table, str]:
        """Give the table and the column that have the count."""
        asked = self.asked[self.pass_of(count)]
        table = Table(asked.name + _SUFFIXES[count.scope], entity_keys(count.scope))
        return table, asked.columns[Partial.of("count", count)]

    def pass_of(self, count: Count, value: Value | None = None, owner: Scope | None = None) -> Pass:
        """Give the pass over the events that reads them once everything that it compares with is computed."""
        values = [*own_values_in(count.filter), *([] if value is None else [value])]
        stages = [self.stages[each.computation] + 1 for each in values if isinstance(each, ComputedTrait)]
        return Pass(count.calls, max(stages, default=0), owner)

    def tables_of(self, conditions: Iterable[Condition]) -> dict[Table, None]:
        """Give the tables that the conditions read of the entity itself, those of their events' filters left out."""
        tables: dict[Table, None] = {}
        for condition in conditions:
            tables.update(dict.fromkeys(self.tables_of_values(own_values_in(condition))))
            for part in parts_of(condition):
                match part:
                    case CountIs(counts):
                        counted = (self.place_of_count(each)[0] for each in counts if self.is_counted(each))
                        tables.update(dict.fromkeys(counted))
                    case Sequence(scope=scope) if part in self.sequences:
                        tables[Table(self.sequences[part], entity_keys(scope))] = None
                    case _:
                        pass
        return tables

    def tables_of_filters(self, filters: Iterable[Condition], values: Iterable[Value] = ()) -> dict[Table, None]:
        """Give the tables of entities that filters of events, and readings of values, look things up in."""
        compared = (value for each in filters for value in values_in(each))
        return dict.fromkeys(self.tables_of_values([*compared, *values]))

    def tables_of_values(self, values: Iterable[Value]) -> Iterator[Table]:
        """Give the tables in which values of entities stand."""
        for value in values:
            match value:
                case Trait(names, of) if (of, names[0]) in self.queried.traits:
                    yield self.queried.traits[of, names[0]].table
                case Trait(names, of) if names[0] in self.traits[of]:
                    yield _TRAITS[of]
                case ComputedTrait(computation):
                    yield self.homes[computation].table
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


def collect(plan: Plan, catalog: Catalog, queried: Queried = NOTHING_QUERIED) -> Leaves:
    """Gather the leaves of all definitions of the plan; a trait that a query gave hides a custom one of its name."""
    conditions = [each for audience in plan.audiences for each in conditions_in(audience.condition)]
    of_audiences = [value for audience in plan.audiences for value in values_in(audience.condition)]
    parts = [part for condition in conditions for part in parts_of(condition)]
    stored = [ComputedTrait(trait.computation) for trait in plan.traits]
    computations = computations_in([*of_audiences, *stored])
    values = [*of_audiences, *(value for each in computations for value in values_of(each))]
    of_users = [value for value in values if isinstance(value, ExternalIds) and value.of == "users"]
    shapes = {level: catalog.calls[call].properties if call in catalog.calls else Shape()
              for level, call in CARRIERS.items()}  # fmt: skip
    leaves = Leaves(
        catalog=catalog,
        traits={level: _traits(values, level, shape) for level, shape in shapes.items()},
        ids=_numbered((value.type for value in of_users), "ids_"),
        last_calls=SeenAt("last") in values,
        asked={},
        stages={},
        homes={},
        sequences=_numbered((part for part in parts if isinstance(part, Sequence)), "sequence_"),
        accounts=any(each.level == "accounts" for each in plan.audiences)
        or any(isinstance(part, RelatedAre) for part in parts)
        or any(each.of == "accounts" for each in computations)
        or any(level == "accounts" for level, _ in queried.traits),
        queried=queried,
    )
    for computation in computations:
        _settle(computation, leaves)
    for part in parts:
        if isinstance(part, CountIs):
            _ask_counts(part, leaves)
    return leaves


def _settle(computation: Computation, leaves: Leaves) -> None:
    """Give a computation its home, and ask of the passes what it is made of."""
    owner = computation.scope if _is_about_account(computation) else None
    events = tuple(
        (count, leaves.pass_of(count, computation.value, owner))
        for count in computation.events
        if leaves.is_counted(count)
    )
    leaves.stages[computation] = max((pass_.stage for _, pass_ in events), default=0)
    found = [_value_in_events(computation, pass_, leaves) for _, pass_ in events]
    kinds, form = kinds_and_form(computation, found)
    family = family_of(computation, tuple(pass_ for _, pass_ in events))
    tables = {home.family: home.table for home in leaves.homes.values()}
    table = tables.get(family) or Table(f"computed_{len(tables) + 1}", family.keys)
    column = f"value_{len(leaves.homes) + 1}"
    shape = shape_of_values(computation, found)
    leaves.homes[computation] = Home(family, table, column, form, events, kinds, shape)
    for count, pass_ in events:
        asked = _asked_of(pass_, leaves)
        asked.by_account = asked.by_account or (owner is None and computation.scope != "all")
        asked.put_together = asked.put_together or family.keys != PROFILE or len(family.passes) > 1
        for kind in kinds:
            asked.column(Partial.of(kind, count, None if kind == "count" else computation.value))
        if family.texts_of is not None:
            asked.text_column(family.texts_of, count)


def _is_about_account(computation: Computation) -> bool:
    """Tell whether the filters of an account's computation compare with something of the account."""
    return any(
        value.of == "accounts" for value in values_of(computation) if isinstance(value, Trait | SeenAt | ExternalIds)
    ) or any(value.computation.of == "accounts" for value in values_of(computation) if isinstance(value, ComputedTrait))


def _value_in_events(computation: Computation, pass_: Pass, leaves: Leaves) -> Found:
    if computation.value is None:
        return Nothing()
    return event_rows(pass_.calls, leaves.catalog, leaves.find).find(computation.value)


def _ask_counts(condition: CountIs, leaves: Leaves) -> None:
    for count in condition.counts:
        if leaves.is_counted(count):
            asked = _asked_of(leaves.pass_of(count), leaves)
            asked.column(Partial.of("count", count))
            asked.counted[count] = None
            asked.by_account = asked.by_account or count.scope != "all"


def _asked_of(pass_: Pass, leaves: Leaves) -> Asked:
    return leaves.asked.setdefault(pass_, Asked(f"events_{len(leaves.asked) + 1}"))


def _traits(values: Iterable[Value], level: Level, carried: Shape) -> dict[str, str]:
    names = (value.names[0] for value in values if isinstance(value, Trait) and value.of == level)
    return _numbered((name for name in names if carried.named(name) is not None), "trait_")


def _texts(present: Expr, size: Expr, texts: Expr) -> Many:
    whole = Place(sql.json_of(texts), "json", Shape(seen={"list": 1}, elements=_STRING))
    return Many(present, size, texts, "text", _STRING.kinds, _STRING, whole)


def _instant(column: str, table: str) -> One:
    return One(Element(sql.column(column, table), "instant", _STRING.kinds), _STRING)


def _numbered(leaves: Iterable[_Leaf], prefix: str) -> dict[_Leaf, str]:
    return {leaf: f"{prefix}{number}" for number, leaf in enumerate(dict.fromkeys(leaves), start=1)}

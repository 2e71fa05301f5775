"""The events of one step of a sequence, with what the chains that they could continue carry along.

{event: Order Completed, where: {product_id: {equals: {step: viewed, property: product_id}}}}
    ->  profile | seen_1_product_id | time      one row for each event and each value seen that it fits
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.catalog import Catalog, Shape, combined
from audcli.plan.model import CallField, Calls, Context, Property, Scope, Sequence, Step, StepProperty, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import filter_holds
from audcli.sql.elements import Element
from audcli.sql.events import (
    Elsewhere,
    call_numbers,
    context_of_call,
    counts_for,
    event_rows,
    field_of,
    how_many,
    selected_calls,
    shape_of,
)
from audcli.sql.join_keys import join_keys
from audcli.sql.places import Found, Nothing, One, Place, find
from audcli.sql.query import Query
from audcli.sql.subjects import ACCOUNT_USERS, Table, entity_keys

_STRING = Shape(seen={"string": 1})


@dataclass(frozen=True, slots=True)
class Around:
    """What sequences are compiled in: the catalog, where values of the profile are, and the tables of those."""

    catalog: Catalog
    elsewhere: Elsewhere
    joined: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Chains:
    """A table of chains up to step `step` (from 0); chains grow within equal values of the `state` columns."""

    table: str
    state: tuple[str, ...]
    step: int


def calls_in_words(step: Step) -> str:
    """Name the calls of a step, for those who read how long its statement took."""
    return ", ".join(each.words for each in step.calls)


def how_many_of_step(step: Step, catalog: Catalog) -> int:
    """Say how many calls there are of the names of a step."""
    return sum(how_many(calls, catalog) for calls in step.calls)


def can_occur(step: Step, catalog: Catalog) -> bool:
    """Tell whether any call of the step's names was ever ingested."""
    return any(call_numbers(calls, catalog) for calls in step.calls)


def carried(sequence: Sequence, index: int, keeps_start: bool) -> tuple[str, ...]:
    """Name the state columns after a step: whose events they are, and what later steps compare with."""
    seen = [each.column for each in _seen(sequence) if each.step <= index < each.last]
    return (*entity_keys(sequence.scope), *(("start",) if keeps_start else ()), *seen)


def events_of_step(
    sequence: Sequence, index: int, chains: Chains | None, around: Around, *, with_ids: bool = False
) -> Query:
    """Give whose each event is, its time, what the step adds to the state, and the state of chains it can continue.

    An event stands once for each distinct state of its owner's chains with which it passes the step's filter; its
    `message_id` stands beside it where that is asked for.
    """
    more = [sql.column("message_id", "calls")] if with_ids else []
    return _of_all_calls(
        sequence.steps[index],
        around.catalog,
        lambda calls: _events_of_calls(sequence, index, calls, chains, around).select(*more),
    )


def carrying_events_of_step(step: Step, around: Around) -> Query:
    """Give the profile and the time of each event of a step that compares with no other, and the account it carries."""
    profile, time = sql.column("profile", "people"), sql.column("time", "calls")
    carried = sql.named(sql.column("account", "calls"), "carried")

    def events(calls: Calls) -> Query:
        rows = event_rows(calls, around.catalog, around.elsewhere)
        values = own_values_in(step.filter)
        query = selected_calls(calls, around.catalog, step.interval, around.joined, values)
        return query.where(filter_holds(step.filter, rows)).select(profile, carried, time)

    return _of_all_calls(step, around.catalog, events)


def _of_all_calls(step: Step, catalog: Catalog, events: Callable[[Calls], Query]) -> Query:
    """Put the events of all names of a step together, of which at least one was ever ingested."""
    queries = [events(calls) for calls in step.calls if call_numbers(calls, catalog)]
    return queries[0].and_all_of(*queries[1:])


def _events_of_calls(sequence: Sequence, index: int, calls: Calls, chains: Chains | None, around: Around) -> Query:
    step = sequence.steps[index]
    rows = event_rows(calls, around.catalog, _Elsewhere(sequence, around).find)
    captured = [each for each in _seen(sequence) if each.step == index]
    values = [*own_values_in(step.filter), *(each.value for each in captured)]
    query, keys = _owned(selected_calls(calls, around.catalog, step.interval, around.joined, values), sequence.scope)
    state = () if chains is None else chains.state[len(keys) :]
    if chains is not None and state:
        distinct = sql.rows_of(chains.table).select(*map(sql.column, chains.state)).distinct()
        met = [(key, sql.column(name, "chains")) for name, key in keys.items()] + [*join_keys(step.filter, rows)]
        query = query.join(distinct.named("chains"), on=sql.both(sql.compare("equal", *pair) for pair in met))
    return query.where(filter_holds(step.filter, rows)).select(
        *keys.values(),
        sql.column("time", "calls"),
        *(sql.column(name, "chains") for name in state),
        *(sql.named(_root(each.value, calls), each.column) for each in captured),
    )


def _owned(calls: Query, scope: Scope) -> tuple[Query, dict[str, Expr]]:
    """Say of the calls whose they are; within an account's scope each stands once for every account it counts for."""
    profile = sql.column("profile", "people")
    if scope == "all":
        return calls, {"profile": profile}
    account = sql.column("account", ACCOUNT_USERS.name)
    counts = counts_for(sql.column("account", "calls"), account, scope)
    theirs = sql.compare("equal", profile, sql.column("profile", ACCOUNT_USERS.name))
    query = calls.join(ACCOUNT_USERS.name, on=sql.both([theirs, counts]))
    return query, {"account": account, "profile": profile}


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Finds what earlier steps have seen among the columns of the chains, and leaves the rest to the surroundings."""

    sequence: Sequence
    around: Around

    def find(self, value: Value, variables: Iterator[str]) -> Found:
        if not isinstance(value, StepProperty):
            return self.around.elsewhere(value, variables)
        beginning = _beginning(value.value)
        name = next(each.column for each in _seen(self.sequence) if (each.step, each.value) == (value.step, beginning))
        column = sql.column(name, "chains")
        match value.value:
            case CallField(name):
                form = "instant" if name in ("timestamp", "received_at") else "text"
                return One(Element(column, form, _STRING.kinds), _STRING)  # type: ignore[arg-type]
            case Property(names) | Context(names):
                shape = self._shape(value, names[0])
                return Nothing() if shape is None else find(Place(column, "json", shape), names[1:], variables)

    def _shape(self, reference: StepProperty, name: str) -> Shape | None:
        calls = [shape_of(each, self.around.catalog) for each in self.sequence.steps[reference.step].calls]
        is_property = isinstance(reference.value, Property)
        roots = [shape.properties if is_property else shape.context for shape in calls]
        below = [shape for root in roots if (shape := root.named(name)) is not None]
        return combined(below) if below else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Something of an earlier step's event that later steps compare with, and the column that carries it.

    It is the whole value below the first name of the path. `last` is the last step that asks for it.
    """

    column: str
    step: int
    value: Property | Context | CallField
    last: int


def _seen(sequence: Sequence) -> list[_Seen]:
    last: dict[tuple[int, Property | Context | CallField], int] = {}
    for index, step in enumerate(sequence.steps):
        for value in own_values_in(step.filter):
            if isinstance(value, StepProperty):
                last[value.step, _beginning(value.value)] = index
    return [
        _Seen(f"seen_{number}", step, value, index)
        for number, ((step, value), index) in enumerate(last.items(), start=1)
    ]


def _beginning(value: Property | Context | CallField) -> Property | Context | CallField:
    match value:
        case Property(names):
            return Property(names[:1])
        case Context(names):
            return Context(names[:1])
        case CallField():
            return value


def _root(value: Property | Context | CallField, calls: Calls) -> Expr:
    match value:
        case Property(names):
            return sql.to_json(sql.member_of_variant(sql.column("properties"), names[0]))
        case Context(names):
            return sql.to_json(sql.member_of_variant(context_of_call(), names[0]))
        case CallField():
            return field_of(value, calls).element.sql

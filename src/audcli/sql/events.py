"""Events: which calls they are, and where the values of a call are found.

Calls("track", "Order Completed")   ->   calls join people … where call_name in (7) and time … (the one row an event)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlglot.expressions import Expr

from audcli.catalog import CallShape, Catalog, Shape, TwinPaths, combined
from audcli.plan.model import CallField, Calls, Context, Interval, Property, Scope, Value
from audcli.sql import vocabulary as sql
from audcli.sql.elements import SCALARS, Element
from audcli.sql.places import Found, One, Place, find
from audcli.sql.query import Query
from audcli.sql.subjects import ACCOUNT_USERS, Table
from audcli.sql.values import Rows

Elsewhere = Callable[[Value, Iterator[str]], Found]
"""Finds a value that is not of the event at hand, given fresh names for list elements."""

_STRING = Shape(seen={"string": 1})


def call_numbers(calls: Calls, catalog: Catalog) -> list[int]:
    """Give the surrogate numbers of the calls' names, none where no such call was ever ingested."""
    return sorted(
        number
        for (type_, name), number in catalog.numbers.items()
        if type_ == calls.type and calls.name in (None, name)
    )


def shape_of(calls: Calls, catalog: Catalog) -> CallShape:
    """Give what the properties and context of the calls look like."""
    shapes = _shapes_of(calls, catalog)
    return CallShape(combined(shape.properties for shape in shapes), combined(shape.context for shape in shapes))


def how_many(calls: Calls, catalog: Catalog) -> int:
    """Say how many such calls there are; every one has an object of properties, be it empty."""
    return sum(shape.properties.seen.get("object", 0) for shape in _shapes_of(calls, catalog))


def _shapes_of(calls: Calls, catalog: Catalog) -> list[CallShape]:
    return [
        shape for (type_, name), shape in catalog.calls.items() if type_ == calls.type and calls.name in (None, name)
    ]


def event_rows(calls: Calls, catalog: Catalog, elsewhere: Elsewhere) -> Rows:
    """Say where the values of the calls' events are; `elsewhere` finds values that are not the event's own."""
    shape = shape_of(calls, catalog)

    def find_value(value: Value) -> Found:
        match value:
            case Property(names):
                properties = sql.column("properties")
                place = Place(properties, "variant", shape.properties, catalog.twins_in_properties)
                return find(place, names, rows.variables)
            case Context(names):
                return find(_context_place(shape.context, names, catalog.twins_in_context), names, rows.variables)
            case CallField():
                return field_of(value, calls)
            case _:
                return elsewhere(value, rows.variables)

    rows = Rows.of(find_value)
    return rows


def selected_calls(
    calls: Calls, catalog: Catalog, interval: Interval, joined: Iterable[Table], values: Iterable[Value]
) -> Query:
    """Begin a query over the calls of a name within an interval, with their profile and the joined tables.

    `values` are those that the query reads of its calls.
    """
    query = calls_alone(calls, catalog, interval, values).join("people", using=["identifier"])
    for table in joined:
        query = query.join(table.name, using=list(table.keys), kind="left")
    return query


def calls_alone(calls: Calls, catalog: Catalog, interval: Interval, values: Iterable[Value]) -> Query:
    """Begin the same query without profiles, for what can be told by the calls alone."""
    numbers = [sql.integer(number) for number in call_numbers(calls, catalog)]
    query = sql.rows_of("calls")
    if calls.name is None:
        query = query.join("call_names", using=["call_name"])
    if CallField("group_id") in values:
        query = query.join("accounts", using=["account"], kind="left")
    return query.where(sql.is_in(sql.column("call_name", "calls"), numbers)).where(
        sql.between(sql.column("time", "calls"), interval.start, interval.end)
    )


def owned_calls(
    calls: Calls, catalog: Catalog, interval: Interval, joined: Iterable[Table], values: Iterable[Value], scope: Scope
) -> Query:
    """Begin the same query, with each call once for every account of its profile that it counts for in the scope."""
    query = selected_calls(calls, catalog, interval, [], values)
    account, profile = (sql.column(key, ACCOUNT_USERS.name) for key in ACCOUNT_USERS.keys)
    theirs = sql.compare("equal", sql.column("profile", "people"), profile)
    query = query.join(
        ACCOUNT_USERS.name, on=sql.both([theirs, counts_for(sql.column("account", "calls"), account, scope)])
    )
    for table in joined:
        same = [sql.compare("equal", sql.column(key, table.name), {"account": account, "profile": profile}[key])
                for key in table.keys]  # fmt: skip
        query = query.join(table.name, on=sql.both(same), kind="left")
    return query


def counts_for(carried: Expr, account: Expr, scope: Scope) -> Expr:
    """Tell whether an event that carries an account (NULL: none) counts for that account of its profile.

    It may be NULL where it does not: it is what a join is made on.
    """
    if scope == "all":
        return sql.TRUE
    same = sql.compare("equal", carried, account)
    return same if scope == "tagged" else sql.either([same, sql.absent(carried)])


def context_of_call() -> Expr:
    """Give the context of a call, which is kept as text."""
    return sql.variant_of_json(sql.column("context"))


def _context_place(shape: Shape, names: tuple[str, ...], twins: TwinPaths) -> Place:
    """Say from where to follow names into the context: to scalars the text leads several times faster."""
    below: Shape | None = shape
    for name in names:
        if below is None or "list" in below.kinds:
            return Place(context_of_call(), "variant", shape, twins)
        below = below.named(name)
    if below is None or not below.kinds <= SCALARS:
        return Place(context_of_call(), "variant", shape, twins)
    return Place(sql.column("context"), "json", shape)


def field_of(field: CallField, calls: Calls) -> One:
    """Say where a field of the calls is."""
    string = _STRING.kinds
    match field.name:
        case "timestamp":
            return One(Element(sql.column("time"), "instant", string), _STRING)
        case "received_at":
            return One(Element(sql.column("received_at"), "instant", string), _STRING)
        case "type":
            return One(Element(sql.text(calls.type), "text", string), _STRING)
        case "event":
            # A page or screen call need not have a name.
            name = sql.unless_empty(sql.column("name", "call_names")) if calls.name is None else sql.text(calls.name)
            return One(Element(name, "text", string), _STRING)
        case "group_id":
            return One(Element(sql.column("group_id", "accounts"), "text", string), _STRING)
        case "message_id" | "user_id" | "anonymous_id":
            return One(Element(sql.column(field.name), "text", string), _STRING)

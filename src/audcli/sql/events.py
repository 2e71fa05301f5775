"""Events: where the values of a call are, and the one pass over the events of each name that counts them all.

events_1    profile | count_1 | count_2 …       one row for each profile with an event that any leaf can count
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from audcli.catalog import CallShape, Catalog, Shape, combined
from audcli.plan.model import CallField, Calls, Condition, Context, Count, Interval, Property, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import holds
from audcli.sql.elements import Element
from audcli.sql.places import Found, One, Place, find
from audcli.sql.script import Statement
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
    shapes = [
        shape for (type_, name), shape in catalog.calls.items() if type_ == calls.type and calls.name in (None, name)
    ]
    return CallShape(combined(shape.properties for shape in shapes), combined(shape.context for shape in shapes))


def event_rows(calls: Calls, catalog: Catalog, elsewhere: Elsewhere) -> Rows:
    """Say where the values of the calls' events are; `elsewhere` finds values that are not the event's own."""
    shape = shape_of(calls, catalog)

    def find_value(value: Value) -> Found:
        match value:
            case Property(names):
                return find(Place(sql.column("properties"), "variant", shape.properties), names, rows.variables)
            case Context(names):
                return find(Place(sql.column("context"), "variant", shape.context), names, rows.variables)
            case CallField():
                return field_of(value, calls)
            case _:
                return elsewhere(value, rows.variables)

    rows = Rows.of(find_value)
    return rows


def counts_pass(
    table: str,
    calls: Calls,
    counts: Sequence[tuple[Count, str]],
    catalog: Catalog,
    elsewhere: Elsewhere,
    joined: Sequence[str],
) -> Statement:
    """Count the events of one name for all leaves (`counts` gives each its column) in one pass.

    `joined` are the tables by profile that filters compare with.
    """
    rows = event_rows(calls, catalog, elsewhere)
    filters = _numbered(dict.fromkeys(count.filter for count, _ in counts), "passes_")
    values = [value for condition in filters for value in own_values_in(condition)]
    inner = selected_calls(calls, catalog, _hull([count.interval for count, _ in counts]), joined, values).select(
        sql.column("profile", "people"),
        sql.column("time"),
        *(sql.named(holds(condition, rows), name) for condition, name in filters.items()),
    )
    query = (
        exp.Select()
        .from_(inner.subquery("filtered"))
        .select(sql.column("profile"))
        .select(
            *(
                sql.named(
                    sql.count_where(
                        sql.both(
                            [
                                sql.between(sql.column("time"), count.interval.start, count.interval.end),
                                sql.column(filters[count.filter]),
                            ]
                        )
                    ),
                    column,
                )
                for count, column in counts
            )
        )
        .group_by(sql.column("profile"))
    )
    return Statement(table, f"counts of {calls.type} {calls.name or '*'}", query)


def selected_calls(
    calls: Calls, catalog: Catalog, interval: Interval, joined: Sequence[str], values: Iterable[Value]
) -> exp.Select:
    """Begin a query over the calls of a name within an interval, with their profile and the joined tables.

    `values` are those that the query reads of its calls.
    """
    numbers = [sql.integer(number) for number in call_numbers(calls, catalog)]
    query = sql.rows_of("calls").join("people", using="identifier")
    if calls.name is None:
        query = query.join("call_names", using="call_name")
    if CallField("group_id") in values:
        query = query.join("accounts", using="account", join_type="left")
    for table in joined:
        query = query.join(table, using="profile", join_type="left")
    return query.where(sql.is_in(sql.column("call_name", "calls"), numbers)).where(
        sql.between(sql.column("time", "calls"), interval.start, interval.end)
    )


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


def _hull(intervals: Sequence[Interval]) -> Interval:
    """Give the smallest interval that holds all of them."""
    starts = [interval.start for interval in intervals]
    ends = [interval.end for interval in intervals]
    return Interval(
        None if None in starts else min(each for each in starts if each is not None),
        None if None in ends else max(each for each in ends if each is not None),
    )


def _numbered(conditions: dict[Condition, None], prefix: str) -> dict[Condition, str]:
    return {condition: f"{prefix}{number}" for number, condition in enumerate(conditions, start=1)}

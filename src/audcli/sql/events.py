"""Events: where the values of a call are, and the one pass over the events of each name that counts them all.

events_1              profile | count_1 | count_2 …             one row for each profile with an event that can count
events_1_by_account   profile | account | count_1 | count_2 …   … and each account that its events carry, NULL for none
events_1_own          account | profile | count_2 …             … for the accounts that the profile belongs to

Where accounts ask, the pass is made by account, and the rest is added up from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from audcli.catalog import CallShape, Catalog, Shape, combined
from audcli.plan.model import CallField, Calls, Condition, Context, Count, Interval, Property, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import holds
from audcli.sql.elements import Element
from audcli.sql.places import Found, One, Place, find
from audcli.sql.query import Query
from audcli.sql.script import Statement
from audcli.sql.subjects import ACCOUNT_USERS, PROFILE, USER_OF_ACCOUNT, Keys, Table
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


def counts_of_events(
    table: str, counts: Mapping[Count, str], catalog: Catalog, elsewhere: Elsewhere, joined: Iterable[Table]
) -> Iterator[Statement]:
    """Count the events of one name for all leaves (`counts` gives each its column) in one pass.

    `joined` are the tables by profile that filters compare with.
    """
    around = _Pass(catalog, elsewhere, joined)
    of_profiles = {column: count for count, column in counts.items() if count.scope == "all"}
    every = {column: count for count, column in counts.items()}  # of each column one of its scopes
    if all(count.scope == "all" for count in counts):
        yield _counts_pass(table, every, around, PROFILE)
        return
    by_account = f"{table}_by_account"
    yield _counts_pass(by_account, every, around, USER_OF_ACCOUNT)
    if of_profiles:
        yield Statement(table, "the same of all accounts together", _of_profiles(by_account, of_profiles))
    own = [column for count, column in counts.items() if count.scope == "own"]
    if own:
        yield Statement(f"{table}_own", "the same for each account", _of_users(by_account, own))


@dataclass(frozen=True, slots=True)
class _Pass:
    """What a pass over events is made with: the catalog, where other values are, and the tables of those."""

    catalog: Catalog
    elsewhere: Elsewhere
    joined: Iterable[Table]


def _counts_pass(table: str, counts: Mapping[str, Count], around: _Pass, keys: Keys) -> Statement:
    calls = next(iter(counts.values())).calls
    rows = event_rows(calls, around.catalog, around.elsewhere)
    filters = _numbered(dict.fromkeys(count.filter for count in counts.values()), "passes_")
    values = [value for condition in filters for value in own_values_in(condition)]
    interval = _hull([count.interval for count in counts.values()])
    inner = selected_calls(calls, around.catalog, interval, around.joined, values).select(
        *(sql.column(key, {"profile": "people", "account": "calls"}[key]) for key in keys),
        sql.column("time"),
        *(sql.named(holds(condition, rows), name) for condition, name in filters.items()),
    )
    entity = [sql.column(key) for key in keys]
    query = (
        sql.rows_of(inner.named("filtered"))
        .select(*entity)
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
                for column, count in counts.items()
            ),
        )
        .group_by(*entity)
    )
    return Statement(table, f"counts of {calls.type} {calls.name or '*'}", query)


def _of_profiles(by_account: str, columns: Iterable[str]) -> Query:
    """Add up what the pass found, whatever account the events carry."""
    sums = (sql.named(sql.added(sql.column(column)), column) for column in columns)
    return sql.rows_of(by_account).select(sql.column("profile"), *sums).group_by(sql.column("profile"))


def _of_users(by_account: str, columns: Iterable[str]) -> Query:
    """Add for every user of an account the events that carry it and those that carry none."""
    pair = [sql.column(key, ACCOUNT_USERS.name) for key in ACCOUNT_USERS.keys]
    query = sql.rows_of(ACCOUNT_USERS.name).select(*pair)
    for name, carries in (("tagged", sql.same), ("untagged", lambda one, _: sql.absent(one))):
        is_theirs = [
            sql.compare("equal", sql.column("profile", name), sql.column("profile", ACCOUNT_USERS.name)),
            carries(sql.column("account", name), sql.column("account", ACCOUNT_USERS.name)),
        ]
        query = query.join(sql.table_as(by_account, name), on=sql.both(is_theirs), kind="left")
    return query.select(
        *(
            sql.named(
                sql.total([sql.otherwise(sql.column(column, name), sql.integer(0)) for name in ("tagged", "untagged")]),
                column,
            )
            for column in columns
        )
    )


def selected_calls(
    calls: Calls, catalog: Catalog, interval: Interval, joined: Iterable[Table], values: Iterable[Value]
) -> Query:
    """Begin a query over the calls of a name within an interval, with their profile and the joined tables.

    `values` are those that the query reads of its calls.
    """
    numbers = [sql.integer(number) for number in call_numbers(calls, catalog)]
    query = sql.rows_of("calls").join("people", using=["identifier"])
    if calls.name is None:
        query = query.join("call_names", using=["call_name"])
    if CallField("group_id") in values:
        query = query.join("accounts", using=["account"], kind="left")
    for table in joined:
        query = query.join(table.name, using=list(table.keys), kind="left")
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

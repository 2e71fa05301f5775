"""Further questions, asked of the tables that a script has filled: what was found, and which events counted.

values_of(PROFILES, [Trait(("plan",))], …)      profile | 0: '"pro"'
counts_of(PROFILES, [Count(…)], …)              profile | 0: 3
left_after(PROFILES, [a, b], …)                 1204 | 340 | 12
events_of(Calls("track", "Login"), …)           profile | time | name | message_id | group_id
event_values(…, Property(("expires_at",)), …)   value: '"2026-07-01"'
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.expressions import Expr

from audcli.plan.model import CallField, Calls, Condition, Count, Interval, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.answers import Decided, answers
from audcli.sql.conditions import filter_holds
from audcli.sql.elements import as_json
from audcli.sql.events import call_numbers, event_rows, selected_calls
from audcli.sql.leaves import Leaves
from audcli.sql.places import Found, Many, Nothing, One
from audcli.sql.query import Query
from audcli.sql.subjects import Table, columns_of
from audcli.sql.values import Rows


def values_of(subject: Table, values: Sequence[Value], leaves: Leaves) -> Query:
    """Give each entity's values as JSON texts, NULL where absent, in columns named by their place in `values`."""
    rows = Rows.of(lambda value: leaves.find(value, rows.variables))
    query = _with_tables(subject, dict.fromkeys(leaves.tables_of_values(values)))
    return query.select(*(sql.named(_as_json(rows.find(value)), str(place)) for place, value in enumerate(values)))


def counts_of(subject: Table, counts: Sequence[Count], leaves: Leaves) -> Query:
    """Give how many events of each entity each leaf counts, in columns named by their place in `counts`."""
    places = [leaves.place_of_count(each) for each in counts]
    query = _with_tables(subject, dict.fromkeys(table for table, _ in places))
    for place, (table, column) in enumerate(places):
        number = sql.column(column, table.name)
        query = query.select(sql.named(sql.otherwise(number, sql.integer(0)), str(place)))
    return query


def left_after(subject: Table, parts: Sequence[Condition], leaves: Leaves, decided: Decided) -> Query:
    """Count the entities: all that there are, then those for which the first part holds, the first two, and so on."""
    names = [f"part_{place}" for place in range(len(parts))]
    asked = answers(subject, dict(zip(names, parts, strict=True)), leaves, decided)
    query = sql.rows_of(asked.named("asked")).select(sql.count_rows())
    for length in range(1, len(names) + 1):
        query = query.select(sql.count_where(sql.both(map(sql.column, names[:length]))))
    return query


def events_of(calls: Calls, filter_: Condition, interval: Interval, leaves: Leaves) -> Query | None:
    """List the events of a name in an interval that pass a filter, whatever account they carry.

    None where no such event was ever ingested.
    """
    if not call_numbers(calls, leaves.catalog):
        return None
    group_id = CallField("group_id")
    values = [*own_values_in(filter_), group_id]
    selected = selected_calls(calls, leaves.catalog, interval, leaves.tables_of_filters([filter_]), values)
    name = sql.column("name", "call_names") if calls.name is None else sql.text(calls.name)
    return selected.where(filter_holds(filter_, event_rows(calls, leaves.catalog, leaves.find))).select(
        sql.column("profile", "people"),
        sql.column("time", "calls"),
        sql.named(name, "name"),
        sql.column("message_id", "calls"),
        sql.column("group_id", "accounts"),
    )


def event_values(calls: Calls, value: Value, leaves: Leaves) -> Query | None:
    """List the distinct values, as JSON texts, that one value has among the events of a name.

    None where no such event was ever ingested.
    """
    if not call_numbers(calls, leaves.catalog):
        return None
    found = event_rows(calls, leaves.catalog, leaves.find).find(value)
    selected = selected_calls(calls, leaves.catalog, Interval(None, None), (), [value])
    return selected.select(sql.named(_as_json(found), "value")).distinct()


def _with_tables(subject: Table, tables: dict[Table, None]) -> Query:
    query = sql.rows_of(subject.name).select(*columns_of(subject))
    for table in tables:
        if table != subject:
            query = query.join(table.name, using=list(table.keys), kind="left")
    return query


def _as_json(found: Found) -> Expr:
    match found:
        case Nothing():
            return sql.cast(sql.NULL, "VARCHAR")
        case One(element):
            return sql.cast(as_json(element), "VARCHAR")
        case Many(present=present, elements=elements, form=form):
            listed = sql.json_of(elements) if form == "text" else sql.json_of(sql.cast(elements, "JSON[]"))
            return sql.choose([(present, sql.cast(listed, "VARCHAR"))])

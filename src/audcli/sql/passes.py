"""The one pass over the events of each name that finds what all counts and computed traits ask of them.

events_1              profile | count_1 | units_2 …             one row for each profile with an event that can count
events_1_by_account   profile | account | count_1 …             … and each account that its events carry, NULL for none
events_1_own          account | profile | count_2 …             … for the accounts that the profile belongs to
events_1_texts_1      profile | text | count_3 …                how often each text of a property was seen

Where accounts ask, the pass is made by account, and the rest is added up from it. Where texts are asked for, what is
read of the events is kept in `events_1_read`, and grouped once for each property.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.catalog import Catalog
from audcli.plan.model import Condition, Count, Interval, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import filter_holds
from audcli.sql.events import Elsewhere, calls_alone, counts_for, event_rows, how_many, owned_calls, selected_calls
from audcli.sql.partials import FIRST, LAST, Asked, Kind, Partial, Pass
from audcli.sql.query import Query, Source
from audcli.sql.readings import Read, Reading, gives_lists, read
from audcli.sql.script import Statement
from audcli.sql.subjects import ACCOUNT_USERS, PROFILE, USER_OF_ACCOUNT, Keys, Table


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pass is made with: the catalog, where values of entities are, and the tables of these."""

    catalog: Catalog
    elsewhere: Elsewhere
    joined: Collection[Table]


def pass_statements(pass_: Pass, asked: Asked, around: Surroundings) -> Iterator[Statement]:
    """Read the events of a pass once, and answer all that is asked of them."""
    keys = USER_OF_ACCOUNT if asked.by_account or pass_.owner else PROFILE
    made = _read_events(pass_, asked, around, keys)
    what, size = pass_.calls.words, how_many(pass_.calls, around.catalog)
    source = made.query.named("read")
    if asked.texts:
        kept = f"{asked.name}_read"
        yield Statement(kept, f"what is read of {what}", made.query, what, size=size)
        source = sql.table_as(kept, "read")
    if asked.columns:
        columns = (
            sql.named(_aggregate(partial, made, asked.keeps_order), name) for partial, name in asked.columns.items()
        )
        query = sql.rows_of(source).select(*map(sql.column, keys), *columns)
        query = query.group_by(*map(sql.column, keys))
        yield Statement(asked.base(), f"counts and sums of {what}", query, what, size=size)
    for value in asked.texts:
        query = _texts(value, asked, made, source, keys)
        yield Statement(asked.text_table(value), f"texts of {what}", query, size=size)
    if asked.by_account:
        yield from _of_counts(asked)


@dataclass(frozen=True, slots=True)
class _Made:
    """The query that reads the events, and the columns in which it gives each filter and reading."""

    query: Query
    filters: Mapping[Condition, str]
    readings: Mapping[tuple[Reading, Value], str]
    lists: frozenset[Value]

    def counts(self, events: Count) -> Expr:
        """Tell whether the event at hand is one of those."""
        interval = sql.between(sql.column("time"), events.interval.start, events.interval.end)
        return sql.both([interval, sql.column(self.filters[events.filter])])


def _reading_of(kind: Kind) -> Reading:
    match kind:
        case "first" | "last":
            return "whole"
        case "first_number" | "last_number":
            return "number"
        case "first_text" | "last_text":
            return "texts"
        case "count":
            raise AssertionError("to count events nothing is read of them")
        case _:
            return kind


def _read_events(pass_: Pass, asked: Asked, around: Surroundings, keys: Keys) -> _Made:
    rows = event_rows(pass_.calls, around.catalog, around.elsewhere)
    events = [partial.events for partial in asked.columns] + [each for of in asked.texts.values() for each in of]
    filters = _numbered(asked.filters(), "passes_")
    wanted: dict[tuple[Reading, Value], None] = {}
    for partial in asked.columns:
        if partial.value is not None:
            wanted[_reading_of(partial.kind), partial.value] = None
    wanted.update({("texts", value): None for value in asked.texts})
    numbers = {value: number for number, value in enumerate(asked.values(), start=1)}
    found = {value: rows.find(value) for value in numbers}
    reads = {
        (reading, value): read(reading, found[value], f"value_{numbers[value]}", rows.variables)
        for reading, value in wanted
    }
    values = [*numbers, *(value for condition in filters for value in own_values_in(condition))]
    interval = _hull([each.interval for each in events])
    columns = {name: column for each in reads.values() for name, column in each.columns.items()}
    columns |= {name: filter_holds(condition, rows) for condition, name in filters.items()}
    in_order = ["message_id"] if any(partial.kind in FIRST | LAST for partial in asked.columns) else []
    through = ["time", *in_order]
    if pass_.owner is None and not around.joined:
        query = _read_before_joining(calls_alone(pass_.calls, around.catalog, interval, values), keys, through, columns)
    else:
        query = _read_as_joined(_calls(pass_, around, interval, values), pass_, keys, through, columns)
    lists = frozenset(value for value in numbers if gives_lists("texts", found[value]))
    return _with_results(query, [*keys, *through], filters, reads, lists)


def _read_before_joining(calls: Query, keys: Keys, through: Iterable[str], columns: Mapping[str, Expr]) -> Query:
    """Read what is asked of the calls first, and then say whose they are: variants are slow to join."""
    key = {"profile": "identifier", "account": "account"}
    read = calls.select(*(sql.column(key[each], "calls") for each in keys), *map(sql.column, through))
    read = read.select(*(sql.named(column, name) for name, column in columns.items()))
    query = sql.rows_of(read.named("read_calls", first=True)).join("people", using=["identifier"])
    return query.select(*map(sql.column, [*keys, *through, *columns]))


def _read_as_joined(
    calls: Query, pass_: Pass, keys: Keys, through: Iterable[str], columns: Mapping[str, Expr]
) -> Query:
    """Read what is asked of calls that what it is compared with is joined to."""
    account = "calls" if pass_.owner is None else ACCOUNT_USERS.name
    entity = {"profile": sql.column("profile", "people"), "account": sql.column("account", account)}
    query = calls.select(*(sql.named(entity[key], key) for key in keys), *map(sql.column, through))
    return query.select(*(sql.named(column, name) for name, column in columns.items()))


def _with_results(
    read: Query,
    through: Iterable[str],
    filters: Mapping[Condition, str],
    reads: Mapping[tuple[Reading, Value], Read],
    lists: frozenset[Value],
) -> _Made:
    """Make the readings of the columns that they are made of."""
    names = {wanted: f"reading_{number}" for number, wanted in enumerate(reads, start=1)}
    if not reads:
        return _Made(read, filters, names, lists)
    outer = sql.rows_of(read.named("made")).select(*map(sql.column, [*through, *filters.values()]))
    outer = outer.select(*(sql.named(each.result, names[wanted]) for wanted, each in reads.items()))
    return _Made(outer, filters, names, lists)


def _calls(pass_: Pass, around: Surroundings, interval: Interval, values: Iterable[Value]) -> Query:
    if pass_.owner is None:
        return selected_calls(pass_.calls, around.catalog, interval, around.joined, values)
    return owned_calls(pass_.calls, around.catalog, interval, around.joined, values, pass_.owner)


def _aggregate(partial: Partial, made: _Made, keeps_order: bool) -> Expr:
    counts = made.counts(partial.events)
    if partial.value is None:
        return sql.count_where(counts)
    column = sql.column(made.readings[_reading_of(partial.kind), partial.value])
    match partial.kind:
        case "units" | "how_many":
            return sql.where(sql.added(column), counts)
        case "least" | "least_exact":
            return sql.where(sql.smallest(column), counts)
        case "greatest" | "greatest_exact":
            return sql.where(sql.greatest(column), counts)
        case _:
            order = [sql.column("time"), sql.column("message_id")]
            packed = sql.struct({"value": column, "time": order[0], "message_id": order[1]}) if keeps_order else column
            chosen = sql.of_first(packed, order) if partial.kind in FIRST else sql.of_last(packed, order)
            return sql.where(chosen, sql.both([counts, sql.present(column)]))


def _texts(value: Value, asked: Asked, made: _Made, source: Source, keys: Keys) -> Query:
    text: Expr = sql.column(made.readings["texts", value])
    through = [sql.column(name) for name in (*keys, "time", *made.filters.values())]
    each = sql.rows_of(source)
    each = each.select(*through, sql.named(sql.spread(text) if value in made.lists else text, "text"))
    counts = (sql.named(sql.count_where(made.counts(events)), name) for events, name in asked.texts[value].items())
    group = [sql.column(name) for name in (*keys, "text")]
    query = sql.rows_of(each.named("each_text")).where(sql.present(sql.column("text")))
    return query.select(*group, *counts).group_by(*group)


def _of_counts(asked: Asked) -> Iterator[Statement]:
    """Add up, of what was counted by account, what conditions ask of profiles and of users of accounts."""
    base = asked.base()
    of_profiles, own = (
        dict.fromkeys(asked.columns[Partial.of("count", count)] for count in asked.counted if count.scope == scope)
        for scope in ("all", "own")
    )
    if of_profiles:
        yield Statement(asked.name, "the same of all accounts together", _of_profiles(base, of_profiles))
    if own:
        yield Statement(f"{asked.name}_own", "the same for each account", _of_users(base, own))


def _of_profiles(by_account: str, columns: Iterable[str]) -> Query:
    """Add up what the pass found, whatever account the events carry."""
    columns = list(columns)
    sums = (sql.named(sql.added(sql.column(column)), column) for column in columns)
    query = sql.rows_of(by_account).select(sql.column("profile"), *sums).where(_some(columns))
    return query.group_by(sql.column("profile"))


def _of_users(by_account: str, columns: Iterable[str]) -> Query:
    """Add for every user of an account the events that carry it and those that carry none; who has none has no row."""
    columns = list(columns)
    pair = [sql.column(key, ACCOUNT_USERS.name) for key in ACCOUNT_USERS.keys]
    account, profile = pair
    theirs = sql.compare("equal", sql.column("profile", "found"), profile)
    counts = counts_for(sql.column("account", "found"), account, "own")
    sums = (sql.named(sql.added(sql.column(column)), column) for column in columns)
    query = sql.rows_of(sql.table_as(by_account, "found")).where(_some(columns))
    query = query.join(ACCOUNT_USERS.name, on=sql.both([theirs, counts]))
    return query.select(*pair, *sums).group_by(*pair)


def _some(columns: Iterable[str]) -> Expr:
    """Tell whether any of the counts is above 0: what is read for other questions may be of none."""
    return sql.either(sql.compare("greater", sql.column(column), sql.integer(0)) for column in columns)


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

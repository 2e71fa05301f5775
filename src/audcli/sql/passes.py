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
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlglot.expressions import Expr

from audcli.catalog import Catalog
from audcli.plan.model import Calls, Condition, Count, Interval, Scope, Value
from audcli.plan.walk import own_values_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import filter_holds
from audcli.sql.events import Elsewhere, calls_alone, counts_for, event_rows, how_many, owned_calls, selected_calls
from audcli.sql.query import Query, Source
from audcli.sql.readings import Read, Reading, gives_lists, read
from audcli.sql.script import Statement
from audcli.sql.subjects import ACCOUNT_USERS, PROFILE, USER_OF_ACCOUNT, Keys, Table

Kind = Literal[
    "count", "units", "how_many", "least", "greatest", "least_exact", "greatest_exact",
    "first", "first_number", "first_text", "last", "last_number", "last_text",
]  # fmt: skip
"""What is found of events; `first_number` and `first_text` are the first of what is always one that a double holds
exactly, or always a string, and so need not be taken through JSON."""

FIRST: frozenset[Kind] = frozenset({"first", "first_number", "first_text"})
LAST: frozenset[Kind] = frozenset({"last", "last_number", "last_text"})


@dataclass(frozen=True, slots=True)
class Pass:
    """A reading of the events of one name.

    Filters that compare with computed traits are read after these are computed: at a later `stage`. Those that
    compare with what an account has need an `owner`: each event stands once for every account that it counts for
    within that scope.
    """

    calls: Calls
    stage: int = 0
    owner: Scope | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """What a pass finds of one entity: how many events there are, or something of a value of theirs."""

    kind: Kind
    events: Count
    value: Value | None = None

    @classmethod
    def of(cls, kind: Kind, events: Count, value: Value | None = None) -> Partial:
        """Make a partial, which is the same in all scopes."""
        return cls(kind, replace(events, scope="all"), value)


@dataclass(slots=True)
class Asked:
    """What is asked of a pass, each with the column that answers it.

    `name` begins the names of its tables. `counted` tells which counts are asked for in which scopes, `texts` gives
    the columns of each value's table of texts, `by_account` whether anything is asked about the accounts that events
    carry, `put_together` whether what it finds is added to what other passes do, or to what it finds of others.
    """

    name: str
    columns: dict[Partial, str] = field(default_factory=dict)
    texts: dict[Value, dict[Count, str]] = field(default_factory=dict)
    counted: dict[Count, None] = field(default_factory=dict)
    by_account: bool = False
    put_together: bool = False

    @property
    def keeps_order(self) -> bool:
        """Tell whether the first and last values stand with the time and message id of their events."""
        return self.by_account or self.put_together

    def column(self, partial: Partial) -> str:
        """Give the column of a partial, a new one where it was not asked for before."""
        return self.columns.setdefault(partial, f"{partial.kind}_{len(self.columns) + 1}")

    def text_column(self, value: Value, events: Count) -> str:
        """Give the column that says how often texts of the value were seen among the events."""
        counts = self.texts.setdefault(value, {})
        return counts.setdefault(replace(events, scope="all"), f"count_{len(counts) + 1}")

    def filters(self) -> dict[Condition, None]:
        """Give the filters of all events that are asked for."""
        events = [partial.events for partial in self.columns] + [each for of in self.texts.values() for each in of]
        return dict.fromkeys(each.filter for each in events)

    def values(self) -> dict[Value, None]:
        """Give the values that are read of events."""
        return dict.fromkeys([*(each.value for each in self.columns if each.value is not None), *self.texts])

    def base(self) -> str:
        """Name the table that has the columns."""
        return f"{self.name}_by_account" if self.by_account else self.name

    def text_table(self, value: Value) -> str:
        """Name the table of a value's texts."""
        return f"{self.name}_texts_{list(self.texts).index(value) + 1}"


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

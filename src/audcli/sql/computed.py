"""Computed traits: what passes found, put together for each entity, and made the trait's value.

events_1, events_2    ->   computed_1    profile | value_1 | value_2 …      of traits about both names
events_3_by_account   ->   computed_2    account | value_1 …                of accounts, from the events of their users

Traits about the same events of the same entities make a family and share a table. A value is NULL where no event
qualifies, also of what counts as 0 in conditions.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot.expressions import Expr

from audcli.plan.model import COUNTING, Computation
from audcli.sql import vocabulary as sql
from audcli.sql.events import counts_for
from audcli.sql.homes import Family, Home, ValueForm
from audcli.sql.partials import FIRST, Asked, Kind, Partial, Pass
from audcli.sql.query import Query
from audcli.sql.readings import json_of_exact
from audcli.sql.script import Statement
from audcli.sql.subjects import ACCOUNT_USERS, PROFILES, SEEN_ACCOUNTS
from audcli.sql.sums import average_of, double_of

_MOST_KEPT = 999_999
"""How many values the engine keeps in order as it goes, at most; a list of more is gathered whole and cut."""

_TYPES: Mapping[ValueForm, str] = {"number": "DOUBLE", "text": "VARCHAR", "list": "VARCHAR[]", "json": "JSON"}


def family_statement(family: Family, homes: Mapping[Computation, Home], asked: Mapping[Pass, Asked]) -> Statement:
    """Put together what the passes found, and make the values of all computations of the family."""
    table = next(iter(homes.values())).table
    if not family.passes:
        [subject] = (each for each in (PROFILES, SEEN_ACCOUNTS, ACCOUNT_USERS) if each.keys == family.keys)
        empty = (sql.named(sql.cast(sql.NULL, _type(each, home)), home.column) for each, home in homes.items())
        query = sql.rows_of(subject.name).select(*map(sql.column, family.keys), *empty).where(sql.FALSE)
        return Statement(table.name, "computed traits of events that never were", query)
    query = _of_texts(family, homes, asked) if family.texts_of is not None else _of_events(family, homes, asked)
    names = ", ".join(dict.fromkeys(each.calls.words for each in family.passes))
    return Statement(table.name, f"computed traits of {names}", query)


def _type(computation: Computation, home: Home) -> str:
    """Give the type of the values: whole numbers of what is a number of something."""
    is_whole = computation.compute in COUNTING and computation.compute != "sum"
    return "BIGINT" if is_whole else _TYPES[home.form]


def _of_events(family: Family, homes: Mapping[Computation, Home], asked: Mapping[Pass, Asked]) -> Query:
    columns = {
        f"{home.column}_{kind}": [
            asked[pass_].column(Partial.of(kind, count, None if kind == "count" else computation.value))
            for count, pass_ in home.events
        ]
        for computation, home in homes.items()
        for kind in home.kinds
    }
    tables = [asked[pass_].base() for pass_ in family.passes]
    found = _united(family, tables, columns, [])
    if _is_whole(family, asked):
        merged = found
    else:
        together = _joined(family, found)
        merges = (
            sql.named(_merged(computation, kind, home), f"{home.column}_{kind}")
            for computation, home in homes.items()
            for kind in home.kinds
        )
        keys = _entity(family)
        merged = together.select(*keys, *merges).group_by(*keys)
    keeps_order = any(asked[pass_].keeps_order for pass_ in family.passes)
    values = (sql.named(_value(computation, home, keeps_order), home.column) for computation, home in homes.items())
    return sql.rows_of(merged.named("merged")).select(*map(sql.column, family.keys), *values)


def _of_texts(family: Family, homes: Mapping[Computation, Home], asked: Mapping[Pass, Asked]) -> Query:
    value = family.texts_of
    assert value is not None
    columns = {
        home.column: [asked[pass_].text_column(value, count) for count, pass_ in home.events] for home in homes.values()
    }
    tables = [asked[pass_].text_table(value) for pass_ in family.passes]
    found = _united(family, tables, columns, ["text"])
    text = sql.column("text")
    if _is_whole(family, asked):
        merged = found
    else:
        keys = _entity(family)
        sums = (sql.named(sql.added(sql.column(home.column)), home.column) for home in homes.values())
        merged = _joined(family, found).select(*keys, text, *sums).group_by(*keys, text)
    keys = [sql.column(key) for key in family.keys]
    values = (sql.named(_value_of_texts(computation, home), home.column) for computation, home in homes.items())
    return sql.rows_of(merged.named("merged")).select(*keys, *values).group_by(*keys)


def _is_whole(family: Family, asked: Mapping[Pass, Asked]) -> bool:
    """Tell whether one pass has it all, by the very entities: there is nothing to put together."""
    [*passes] = family.passes
    return family.keys == ("profile",) and len(passes) == 1 and not asked[passes[0]].by_account


def _united(family: Family, tables: list[str], columns: Mapping[str, list[str]], more: list[str]) -> Query:
    """Give the rows of all passes, the columns under one name; each name has its column of each pass."""
    keys = [*("account" for _ in range(1) if _by_account(family)), "profile", *more]
    selects = [
        sql.rows_of(table).select(
            *map(sql.column, keys), *(sql.named(sql.column(of_pass[number]), name) for name, of_pass in columns.items())
        )
        for number, table in enumerate(tables)
    ]
    return selects[0].and_all_of(*selects[1:])


def _by_account(family: Family) -> bool:
    return family.scope != "all" or any(each.owner for each in family.passes)


def _joined(family: Family, found: Query) -> Query:
    """Give what was found to the entities for which it counts."""
    query = sql.rows_of(found.named("found"))
    profile = sql.column("profile", "found")
    if not _is_owned(family) and family.keys != ("profile",):
        theirs = sql.compare("equal", profile, sql.column("profile", ACCOUNT_USERS.name))
        account = sql.column("account", ACCOUNT_USERS.name)
        counts = counts_for(sql.column("account", "found"), account, family.scope)
        query = query.join(ACCOUNT_USERS.name, on=sql.both([theirs, counts]))
    if not family.include_anonymous:
        query = query.join(PROFILES.name, on=sql.compare("equal", profile, sql.column("profile", PROFILES.name)))
        query = query.where(sql.column("known", PROFILES.name))
    return query


def _is_owned(family: Family) -> bool:
    return any(each.owner for each in family.passes)


def _entity(family: Family) -> list[Expr]:
    table = "found" if _is_owned(family) or family.keys == ("profile",) else ACCOUNT_USERS.name
    return [sql.column(key, table) for key in family.keys]


def _merged(computation: Computation, kind: Kind, home: Home) -> Expr:
    column = sql.column(f"{home.column}_{kind}")
    match kind:
        case "count" if computation.compute == "unique_users":
            some = sql.compare("greater", column, sql.integer(0))
            return sql.where(sql.count_different(sql.column("profile", "found")), some)
        case "count" | "units" | "how_many":
            return sql.added(column)
        case "least" | "least_exact":
            return sql.smallest(column)
        case "greatest" | "greatest_exact":
            return sql.greatest(column)
        case _:
            order = [sql.member(column, "time"), sql.member(column, "message_id")]
            chosen = sql.of_first(column, order) if kind in FIRST else sql.of_last(column, order)
            return sql.where(chosen, sql.present(column))


def _value(computation: Computation, home: Home, keeps_order: bool) -> Expr:
    columns = {kind: sql.column(f"{home.column}_{kind}") for kind in home.kinds}
    match computation.compute:
        case "count" | "unique_users":
            return sql.unless_zero(sql.cast(columns["count"], "BIGINT"))
        case "sum":
            some = sql.compare("greater", columns["how_many"], sql.integer(0))
            return sql.choose([(some, double_of(columns["units"]))])
        case "average":
            return average_of(columns["units"], sql.otherwise(columns["how_many"], sql.integer(0)))
        case "first" | "last":
            [column] = columns.values()
            value = sql.member(column, "value") if keeps_order else column
            return _without_minus_zero(value) if home.form == "number" else value
        case _:
            [column] = columns.values()
            return json_of_exact(column) if home.form == "json" else _without_minus_zero(column)


def _without_minus_zero(number: Expr) -> Expr:
    return sql.total([number, sql.double(0)])


def _value_of_texts(computation: Computation, home: Home) -> Expr:
    text, times = sql.column("text"), sql.column(home.column)
    often = sql.compare("greater_or_equal", times, sql.integer(computation.minimum_frequency))
    match computation.compute:
        case "unique_count":
            return sql.unless_zero(sql.count_where(often))
        case "most_frequent":
            return sql.where(sql.of_first(text, [sql.negative(times), text]), often)
        case _:
            limit = computation.limit
            if limit is not None and limit <= _MOST_KEPT:
                return sql.where(sql.least_few(text, limit), often)
            all_texts = sql.where(sql.collected(text, [text]), often)
            return all_texts if limit is None else sql.beginning(all_texts, limit)

"""Sequences: one step after the other, each a relation of the events that can be the chosen one of that step.

    sequence_1_step_1    profile | time | start                the events that can be chosen for the first step
    sequence_1_open_2    profile | time | start | until        … and until when step 2 may follow each: a view
    sequence_1_step_2    profile | time | start                the events of the next step that follow some of them
    sequence_1           profile | holds

An event at t can follow one at t' when t' < t <= until(t'), where `until` is the earlier of t' plus the step's
limit and the first event that a negated step in between forbids. So it follows some event exactly when the greatest
`until` among the earlier events is not before t: a running maximum and one ASOF join, never a list of events. Where
nothing but time decides about the last step, it is found without any order (near.py). What negated steps forbid is in
forbidden.py, and what chains to the last event must meet in endings.py.

What later steps compare with is carried along in columns (`seen_…`), and events are chained within equal values of
these. `start` is the latest time at which a chain that ends here can have begun; where that may not be the best
one, it is among the columns within whose equal values events are chained. Where events are to count for an account,
`account` stands beside `profile` everywhere: chains are of one user of one account.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.expressions import Expr

from audcli.plan.model import Sequence, Step
from audcli.sql import vocabulary as sql
from audcli.sql.endings import whole_ending
from audcli.sql.forbidden import after, with_next_forbidden
from audcli.sql.near import near_statements, only_time_matters
from audcli.sql.query import Query
from audcli.sql.script import Statement
from audcli.sql.steps import (
    Around,
    Chains,
    calls_in_words,
    can_occur,
    carried,
    events_of_step,
    how_many_of_step,
)
from audcli.sql.subjects import entity_keys, subject_of_scope


def sequence_statements(table: str, sequence: Sequence, around: Around) -> Iterator[Statement]:
    """Find the profiles for which the sequence holds: `table` has a row, with `holds` true, for each of them."""
    if not is_possible(sequence, around):
        everyone = subject_of_scope(sequence.scope).name
        yield Statement(
            table, "a sequence that nobody has", _owners_of(sequence, everyone, sql.rows_of(everyone), [sql.FALSE])
        )
        return
    chains, *later = chains_of(table, sequence)
    last = later[-1] if later else chains
    yield _statement_of_step(sequence, chains, _first_step(sequence, chains, around), around)
    for following in later:
        opened = opened_table(table, following.step)
        purpose = f"sequence: until when step {following.step + 1} may come"
        yield Statement(opened, purpose, _opened(sequence, chains, following.step, around), is_view=True)
        if following is last and only_time_matters(sequence, chains, following):
            yield from near_statements(table, sequence, chains, following, around)
        else:
            query = _next_step(sequence, chains, opened, following, around)
            yield _statement_of_step(sequence, following, query, around)
        chains = following
    whole = whole_ending(sequence, chains, around)
    yield Statement(table, "sequence: profiles that have it", _owners_of(sequence, chains.table, *whole))


def is_possible(sequence: Sequence, around: Around) -> bool:
    """Tell whether all the steps that need an event can have one; where not, there are no tables of chains."""
    needed = [step for step in sequence.steps if step.performed and step.minimum > 0]
    return all(can_occur(step, around.catalog) for step in needed)


def whole_chains(table: str, sequence: Sequence, around: Around) -> Query:
    """List the chains with which the sequence holds: whose, their state, and the time of their last event.

    It is asked of the tables that `sequence_statements` made. A counted last step is no part of them.
    """
    *_, chains = chains_of(table, sequence)
    query, conditions = whole_ending(sequence, chains, around)
    for condition in conditions:
        query = query.where(condition)
    return query.select(*(sql.column(name, chains.table) for name in (*chains.state, "time"))).distinct()


def chains_of(table: str, sequence: Sequence) -> list[Chains]:
    """Name the tables of chains that `sequence_statements` makes, one for each performed step that is not counted."""
    keeps_start = _keeps_start(sequence)
    return [
        Chains(f"{table}_step_{index + 1}", carried(sequence, index, keeps_start), index)
        for index, step in enumerate(sequence.steps)
        if step.performed and (index == 0 or not _is_counted(step))
    ]


def opened_table(table: str, index: int) -> str:
    """Name the table that says of every chain until when the event of step `index` may come."""
    return f"{table}_open_{index + 1}"


def _is_counted(step: Step) -> bool:
    return (step.minimum, step.maximum) != (1, None)


def _keeps_start(sequence: Sequence) -> bool:
    """Tell whether chains must be told apart by their first event.

    With a limit on the whole sequence the latest beginning is the best one, and the running maximum gives it, unless
    a negated step with a limit of its own, or an upper bound on the count at the end, can favour an earlier one.
    """
    performed = sum(step.performed for step in sequence.steps)
    if sequence.limit is None or performed < 3:
        return False
    negated = any(not step.performed and step.limit is not None for step in sequence.steps)
    return negated or sequence.steps[-1].maximum is not None


def _statement_of_step(sequence: Sequence, chains: Chains, query: Query, around: Around) -> Statement:
    step = sequence.steps[chains.step]
    size = how_many_of_step(step, around.catalog)
    return Statement(
        chains.table, f"sequence: events of step {chains.step + 1}", query, calls_in_words(step), size=size
    )


def _first_step(sequence: Sequence, chains: Chains, around: Around) -> Query:
    events = events_of_step(sequence, 0, None, around)
    columns = [sql.column(name) for name in chains.state if name != "start"]
    time = sql.column("time")
    return sql.rows_of(events.named("events")).select(*columns, time, sql.named(time, "start"))


def _opened(sequence: Sequence, chains: Chains, index: int, around: Around) -> Query:
    """Say of every chain until when the event of step `index` may come after its last event."""
    time = sql.column("time", chains.table)
    query, forbidden = with_next_forbidden(sequence, chains, range(chains.step + 1, index), around)
    ends: list[Expr] = [sql.instant(sequence.as_of)]
    limit = sequence.steps[index].limit
    if limit is not None:
        ends.append(after(time, limit))
    for step, at in forbidden:
        beyond = [sql.absent(at)]
        if step.limit is not None:
            beyond.append(sql.compare("greater", at, after(time, step.limit)))
        ends.append(sql.choose([(sql.either(beyond), sql.instant(sequence.as_of))], at))
    state = [sql.column(name, chains.table) for name in (*chains.state, "time")]
    start = [] if "start" in chains.state else [sql.column("start", chains.table)]
    return query.select(*state, *start, sql.named(sql.earliest(ends), "until"))


def _next_step(sequence: Sequence, chains: Chains, opened: str, following: Chains, around: Around) -> Query:
    """Keep the events of the step that can follow some chain."""
    events = events_of_step(sequence, following.step, chains, around)
    joined = (
        sql.rows_of(events.named("events"))
        .join(
            _best_before(sequence, chains, opened, following).named("before"),
            on=sql.both(
                [
                    *(sql.same(sql.column(name, "events"), sql.column(name, "before")) for name in chains.state),
                    sql.compare("greater", sql.column("time", "events"), sql.column("time", "before")),
                ]
            ),
            kind="asof",
        )
        .where(sql.compare("greater_or_equal", sql.column("until", "before"), sql.column("time", "events")))
    )
    state = [sql.column(name, "events") for name in (*following.state, "time")]
    start = [] if "start" in following.state else [sql.named(sql.column("latest_start", "before"), "start")]
    return joined.select(*state, *start).distinct()


def _best_before(sequence: Sequence, chains: Chains, opened: str, following: Chains) -> Query:
    """Say at the time of every chain until when an event can follow it or an earlier one, and the latest start of them.

    The latest chain is the best one itself where nothing is forbidden in between and no other has a later start.
    """
    within = [sql.column(name) for name in chains.state]
    time, until, start = (sql.column(name) for name in ("time", "until", "start"))
    starts_in_order = chains.step == 0 or sequence.limit is None
    if not starts_in_order or following.step > chains.step + 1:
        until, start = (sql.running_greatest(each, within, time) for each in (until, start))
    columns = sql.named(until, "until"), sql.named(start, "latest_start")
    return sql.rows_of(opened).select(*within, time, *columns)


def _owners_of(sequence: Sequence, table: str, query: Query, conditions: list[Expr]) -> Query:
    for condition in conditions:
        query = query.where(condition)
    owner = [sql.column(key, table) for key in entity_keys(sequence.scope)]
    return query.select(*owner, sql.named(sql.TRUE, "holds")).distinct()

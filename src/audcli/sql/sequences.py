"""Sequences: one step after the other, each a relation of the events that can be the chosen one of that step.

    sequence_1_step_1    profile | time | start                the events that can be chosen for the first step
    sequence_1_open_2    profile | time | start | until        … and until when step 2 may follow each: a view
    sequence_1_step_2    profile | time | start                the events of the next step that follow some of them
    sequence_1           profile | holds

An event at t can follow one at t' when t' < t <= until(t'), where `until` is the earlier of t' plus the step's
limit and the first event that a negated step in between forbids. So it follows some event exactly when the greatest
`until` among the earlier events is not before t: a running maximum and one ASOF join, never a list of events. Where
nothing but time decides about the last step, it is found without any order (near.py).

What later steps compare with is carried along in columns (`seen_…`), and events are chained within equal values of
these. `start` is the latest time at which a chain that ends here can have begun; where that may not be the best
one, it is among the columns within whose equal values events are chained. Where events are to count for an account,
`account` stands beside `profile` everywhere: chains are of one user of one account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.plan.model import Limit, Sequence, Step
from audcli.sql import vocabulary as sql
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


@dataclass(frozen=True, slots=True)
class _Work:
    """A sequence under compilation: the name of its table, and what surrounds it."""

    table: str
    sequence: Sequence
    around: Around


def sequence_statements(table: str, sequence: Sequence, around: Around) -> Iterator[Statement]:
    """Find the profiles for which the sequence holds: `table` has a row, with `holds` true, for each of them."""
    work = _Work(table, sequence, around)
    if not is_possible(sequence, around):
        everyone = subject_of_scope(sequence.scope).name
        yield Statement(
            table, "a sequence that nobody has", _owners_of(work, everyone, sql.rows_of(everyone), [sql.FALSE])
        )
        return
    chains, *later = chains_of(table, sequence)
    last = later[-1] if later else chains
    yield _statement_of_step(work, chains, _first_step(work, chains))
    for following in later:
        opened = opened_table(table, following.step)
        purpose = f"sequence: until when step {following.step + 1} may come"
        yield Statement(opened, purpose, _opened(work, chains, following.step), is_view=True)
        if following is last and only_time_matters(sequence, chains, following):
            yield from near_statements(table, sequence, chains, following, around)
        else:
            yield _statement_of_step(work, following, _next_step(work, chains, opened, following))
        chains = following
    yield Statement(table, "sequence: profiles that have it", _owners_of(work, chains.table, *_whole(work, chains)))


def is_possible(sequence: Sequence, around: Around) -> bool:
    """Tell whether all the steps that need an event can have one; where not, there are no tables of chains."""
    needed = [step for step in sequence.steps if step.performed and step.minimum > 0]
    return all(can_occur(step, around.catalog) for step in needed)


def whole_chains(table: str, sequence: Sequence, around: Around) -> Query:
    """List the chains with which the sequence holds: whose, their state, and the time of their last event.

    It is asked of the tables that `sequence_statements` made. A counted last step is no part of them.
    """
    work = _Work(table, sequence, around)
    *_, chains = chains_of(table, sequence)
    query, conditions = _whole(work, chains)
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


def _statement_of_step(work: _Work, chains: Chains, query: Query) -> Statement:
    step = work.sequence.steps[chains.step]
    size = how_many_of_step(step, work.around.catalog)
    return Statement(
        chains.table, f"sequence: events of step {chains.step + 1}", query, calls_in_words(step), size=size
    )


def _first_step(work: _Work, chains: Chains) -> Query:
    events = events_of_step(work.sequence, 0, None, work.around)
    columns = [sql.column(name) for name in chains.state if name != "start"]
    time = sql.column("time")
    return sql.rows_of(events.named("events")).select(*columns, time, sql.named(time, "start"))


def _opened(work: _Work, chains: Chains, index: int) -> Query:
    """Say of every chain until when the event of step `index` may come after its last event."""
    time = sql.column("time", chains.table)
    query, forbidden = _with_next_forbidden(work, chains, range(chains.step + 1, index))
    ends: list[Expr] = [sql.instant(work.sequence.as_of)]
    limit = work.sequence.steps[index].limit
    if limit is not None:
        ends.append(_after(time, limit))
    for step, at in forbidden:
        beyond = [sql.absent(at)]
        if step.limit is not None:
            beyond.append(sql.compare("greater", at, _after(time, step.limit)))
        ends.append(sql.choose([(sql.either(beyond), sql.instant(work.sequence.as_of))], at))
    state = [sql.column(name, chains.table) for name in (*chains.state, "time")]
    start = [] if "start" in chains.state else [sql.column("start", chains.table)]
    return query.select(*state, *start, sql.named(sql.earliest(ends), "until"))


def _next_step(work: _Work, chains: Chains, opened: str, following: Chains) -> Query:
    """Keep the events of the step that can follow some chain."""
    events = events_of_step(work.sequence, following.step, chains, work.around)
    joined = (
        sql.rows_of(events.named("events"))
        .join(
            _best_before(work, chains, opened, following).named("before"),
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


def _best_before(work: _Work, chains: Chains, opened: str, following: Chains) -> Query:
    """Say at the time of every chain until when an event can follow it or an earlier one, and the latest start of them.

    The latest chain is the best one itself where nothing is forbidden in between and no other has a later start.
    """
    within = [sql.column(name) for name in chains.state]
    time, until, start = (sql.column(name) for name in ("time", "until", "start"))
    starts_in_order = chains.step == 0 or work.sequence.limit is None
    if not starts_in_order or following.step > chains.step + 1:
        until, start = (sql.running_greatest(each, within, time) for each in (until, start))
    columns = sql.named(until, "until"), sql.named(start, "latest_start")
    return sql.rows_of(opened).select(*within, time, *columns)


def _whole(work: _Work, chains: Chains) -> tuple[Query, list[Expr]]:
    """Give the chains up to the last event that is chosen, and what must hold for them to be whole."""
    following = [index for index, step in enumerate(work.sequence.steps) if step.performed and index > chains.step]
    return _counted_ending(work, chains, following[0]) if following else _ending(work, chains)


def _ending(work: _Work, chains: Chains) -> tuple[Query, list[Expr]]:
    """Ask of chains to the last performed step that nothing forbidden comes after them."""
    steps = work.sequence.steps
    time = sql.column("time", chains.table)
    query, forbidden = _with_next_forbidden(work, chains, range(chains.step + 1, len(steps)))
    conditions: list[Expr] = []
    for step, at in forbidden:
        clear = [sql.absent(at)]
        if step.limit is not None:
            clear.append(sql.compare("greater", at, _after(time, step.limit)))
        conditions.append(sql.either(clear))
    if work.sequence.limit is not None:
        start = sql.column("start", chains.table)
        conditions.append(sql.compare("less_or_equal", time, _after(start, work.sequence.limit)))
    return query, conditions


def _counted_ending(work: _Work, chains: Chains, index: int) -> tuple[Query, list[Expr]]:
    """Ask of chains that the events of the last step after them are as many as they should be."""
    step = work.sequence.steps[index]
    time = sql.column("time", chains.table)
    # Never before `time`; an ASOF join needs a limit that speaks of the row.
    ends: list[Expr] = [sql.latest_of(sql.instant(work.sequence.as_of), time)]
    if step.limit is not None:
        ends.append(_after(time, step.limit))
    if work.sequence.limit is not None:
        ends.append(_after(sql.column("start", chains.table), work.sequence.limit))
    query, forbidden = _with_next_forbidden(work, chains, range(chains.step + 1, index))
    count: Expr = sql.integer(0)
    first: Expr = sql.cast(sql.NULL, "TIMESTAMP")
    until = sql.earliest(ends)
    if can_occur(step, work.around.catalog):
        counted = _running_counts(work, chains, index)
        query = _asof(query, counted, "before", chains, "greater_or_equal", time)
        query = _asof(query, counted, "upto", chains, "greater_or_equal", until)
        query = _asof(query, counted, "next", chains, "less", time)
        count = sql.difference(
            *(sql.otherwise(sql.column("running", name), sql.integer(0)) for name in ("upto", "before"))
        )
        first = sql.column("time", "next")
    conditions = [sql.compare("greater_or_equal", count, sql.integer(step.minimum))]
    if work.sequence.limit is not None:
        start = sql.column("start", chains.table)
        conditions.append(sql.compare("less_or_equal", time, _after(start, work.sequence.limit)))
    if step.maximum is not None:
        conditions.append(sql.compare("less_or_equal", count, sql.integer(step.maximum)))
    is_counted = sql.sure(sql.compare("less_or_equal", first, until))
    for negated, at in forbidden:
        clear = [sql.absent(at), sql.both([is_counted, sql.compare("greater_or_equal", at, first)])]
        if negated.limit is not None:
            clear.append(sql.compare("greater", at, _after(time, negated.limit)))
        conditions.append(sql.either(clear))
    return query, conditions


def _running_counts(work: _Work, chains: Chains, index: int) -> Query:
    """Give, at each time, how many events of the step there were up to it."""
    events = events_of_step(work.sequence, index, chains, work.around).named("events")
    within = [sql.column(name) for name in chains.state]
    time = sql.column("time")
    each = sql.rows_of(events).select(*within, time, sql.named(sql.count_rows(), "number"))
    each = each.group_by(*within, time)
    running = sql.running_total(sql.column("number"), within, time)
    return sql.rows_of(each.named("each_time")).select(*within, time, sql.named(running, "running"))


def _with_next_forbidden(work: _Work, chains: Chains, indexes: range) -> tuple[Query, list[tuple[Step, Expr]]]:
    """Join to every chain the time of the next event of each negated step after its last event (NULL for none).

    Chains for which a negated step asks that its time has passed, and it has not, are left out.
    """
    time = sql.column("time", chains.table)
    query = sql.rows_of(chains.table)
    found: list[tuple[Step, Expr]] = []
    for index in indexes:
        step = work.sequence.steps[index]
        if step.elapsed and step.limit is not None:
            passed = sql.compare("less_or_equal", _after(time, step.limit), sql.instant(work.sequence.as_of))
            query = query.where(passed)
        if can_occur(step, work.around.catalog):
            name = f"forbidden_{index + 1}"
            events = events_of_step(work.sequence, index, chains, work.around)
            query = _asof(query, events, name, chains, "less", time)
            found.append((step, sql.column("time", name)))
    return query, found


def _asof(query: Query, events: Query, name: str, chains: Chains, comparison: str, time: Expr) -> Query:
    """Join to every chain the nearest of the events for which `time` compares so with the event's time."""
    same = [sql.same(sql.column(each, chains.table), sql.column(each, name)) for each in chains.state]
    nearest = sql.compare(comparison, time, sql.column("time", name))
    return query.join(events.named(name), on=sql.both([*same, nearest]), kind="asof left")


def _owners_of(work: _Work, table: str, query: Query, conditions: list[Expr]) -> Query:
    for condition in conditions:
        query = query.where(condition)
    owner = [sql.column(key, table) for key in entity_keys(work.sequence.scope)]
    return query.select(*owner, sql.named(sql.TRUE, "holds")).distinct()


def _after(time: Expr, limit: Limit) -> Expr:
    return sql.later(time, seconds=limit.seconds, months=limit.months)

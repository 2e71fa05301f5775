"""How a sequence ends: what chains to its last event must meet to be whole.

… Order Completed                                the chain itself, if it is not too long
… Order Completed, not Order Refunded            no refund comes after the order, or none soon enough
… Order Completed, Feature Used at least twice   so many uses come after the order, none of which is in the chain
"""

from __future__ import annotations

from sqlglot.expressions import Expr

from audcli.plan.model import Sequence
from audcli.sql import vocabulary as sql
from audcli.sql.forbidden import after, nearest, with_next_forbidden
from audcli.sql.query import Query
from audcli.sql.steps import Around, Chains, can_occur, events_of_step


def whole_ending(sequence: Sequence, chains: Chains, around: Around) -> tuple[Query, list[Expr]]:
    """Give the chains up to the last event that is chosen, and what must hold for them to be whole."""
    following = [index for index, step in enumerate(sequence.steps) if step.performed and index > chains.step]
    return _counted_ending(sequence, chains, following[0], around) if following else _ending(sequence, chains, around)


def _ending(sequence: Sequence, chains: Chains, around: Around) -> tuple[Query, list[Expr]]:
    """Ask of chains to the last performed step that nothing forbidden comes after them."""
    steps = sequence.steps
    time = sql.column("time", chains.table)
    query, forbidden = with_next_forbidden(sequence, chains, range(chains.step + 1, len(steps)), around)
    conditions: list[Expr] = []
    for step, at in forbidden:
        clear = [sql.absent(at)]
        if step.limit is not None:
            clear.append(sql.compare("greater", at, after(time, step.limit)))
        conditions.append(sql.either(clear))
    if sequence.limit is not None:
        start = sql.column("start", chains.table)
        conditions.append(sql.compare("less_or_equal", time, after(start, sequence.limit)))
    return query, conditions


def _counted_ending(sequence: Sequence, chains: Chains, index: int, around: Around) -> tuple[Query, list[Expr]]:
    """Ask of chains that the events of the last step after them are as many as they should be."""
    step = sequence.steps[index]
    time = sql.column("time", chains.table)
    # Never before `time`; an ASOF join needs a limit that speaks of the row.
    ends: list[Expr] = [sql.latest_of(sql.instant(sequence.as_of), time)]
    if step.limit is not None:
        ends.append(after(time, step.limit))
    if sequence.limit is not None:
        ends.append(after(sql.column("start", chains.table), sequence.limit))
    query, forbidden = with_next_forbidden(sequence, chains, range(chains.step + 1, index), around)
    count: Expr = sql.integer(0)
    first: Expr = sql.cast(sql.NULL, "TIMESTAMP")
    until = sql.earliest(ends)
    if can_occur(step, around.catalog):
        counted = _running_counts(sequence, chains, index, around)
        query = nearest(query, counted, "before", chains, "greater_or_equal", time)
        query = nearest(query, counted, "upto", chains, "greater_or_equal", until)
        query = nearest(query, counted, "next", chains, "less", time)
        count = sql.difference(
            *(sql.otherwise(sql.column("running", name), sql.integer(0)) for name in ("upto", "before"))
        )
        first = sql.column("time", "next")
    conditions = [sql.compare("greater_or_equal", count, sql.integer(step.minimum))]
    if sequence.limit is not None:
        start = sql.column("start", chains.table)
        conditions.append(sql.compare("less_or_equal", time, after(start, sequence.limit)))
    if step.maximum is not None:
        conditions.append(sql.compare("less_or_equal", count, sql.integer(step.maximum)))
    is_counted = sql.sure(sql.compare("less_or_equal", first, until))
    for negated, at in forbidden:
        clear = [sql.absent(at), sql.both([is_counted, sql.compare("greater_or_equal", at, first)])]
        if negated.limit is not None:
            clear.append(sql.compare("greater", at, after(time, negated.limit)))
        conditions.append(sql.either(clear))
    return query, conditions


def _running_counts(sequence: Sequence, chains: Chains, index: int, around: Around) -> Query:
    """Give, at each time, how many events of the step there were up to it."""
    events = events_of_step(sequence, index, chains, around).named("events")
    within = [sql.column(name) for name in chains.state]
    time = sql.column("time")
    each = sql.rows_of(events).select(*within, time, sql.named(sql.count_rows(), "number"))
    each = each.group_by(*within, time)
    running = sql.running_total(sql.column("number"), within, time)
    return sql.rows_of(each.named("each_time")).select(*within, time, sql.named(running, "running"))

"""What a negated step forbids: beside every chain, the time of the next event of the step after its last event.

chain of ann to 10:00, not Order Refunded, which ann did at 11:00   ->   10:00 | forbidden_2 11:00
"""

from __future__ import annotations

from sqlglot.expressions import Expr

from audcli.plan.model import Limit, Sequence, Step
from audcli.sql import vocabulary as sql
from audcli.sql.query import Query
from audcli.sql.steps import Around, Chains, can_occur, events_of_step


def with_next_forbidden(
    sequence: Sequence, chains: Chains, indexes: range, around: Around
) -> tuple[Query, list[tuple[Step, Expr]]]:
    """Join to every chain the time of the next event of each negated step after its last event (NULL for none).

    Chains for which a negated step asks that its time has passed, and it has not, are left out.
    """
    time = sql.column("time", chains.table)
    query = sql.rows_of(chains.table)
    found: list[tuple[Step, Expr]] = []
    for index in indexes:
        step = sequence.steps[index]
        if step.elapsed and step.limit is not None:
            passed = sql.compare("less_or_equal", after(time, step.limit), sql.instant(sequence.as_of))
            query = query.where(passed)
        if can_occur(step, around.catalog):
            name = f"forbidden_{index + 1}"
            events = events_of_step(sequence, index, chains, around)
            query = nearest(query, events, name, chains, "less", time)
            found.append((step, sql.column("time", name)))
    return query, found


def nearest(query: Query, events: Query, name: str, chains: Chains, comparison: str, time: Expr) -> Query:
    """Join to every chain the nearest of the events for which `time` compares so with the event's time."""
    same = [sql.same(sql.column(each, chains.table), sql.column(each, name)) for each in chains.state]
    side = sql.compare(comparison, time, sql.column("time", name))
    return query.join(events.named(name), on=sql.both([*same, side]), kind="asof left")


def after(time: Expr, limit: Limit) -> Expr:
    """Give the last instant that is within a step's limit of a time."""
    return sql.later(time, seconds=limit.seconds, months=limit.months)

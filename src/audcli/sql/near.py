"""Events that come soon enough after some event of the step before, found without putting any in order.

    sequence_1_near_2    profile | stretch | earliest | latest        of the events of step 1, stretches of 7 days
    sequence_1_step_2    profile | time                               the events of step 2 within 7 days after one

All time is cut into stretches as long as the limit. An event comes within the limit after some event of the step
before exactly when the earliest one of its own stretch lies before it, or the latest one of the stretch before is not
longer ago than the limit. Without a limit the earliest one of all decides. That takes two hash tables where the
nearest event before each one takes two orders.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.expressions import Expr

from audcli.plan.model import Scope, Sequence
from audcli.sql import vocabulary as sql
from audcli.sql.events import counts_for
from audcli.sql.query import Query
from audcli.sql.script import Statement
from audcli.sql.steps import Around, Chains, calls_in_words, carrying_events_of_step, how_many_of_step
from audcli.sql.subjects import entity_keys


def only_time_matters(sequence: Sequence, chains: Chains, following: Chains) -> bool:
    """Tell whether an event continues some chain just when it comes after it, and soon enough.

    So it is where the steps are next to each other, nothing of the events before is compared with, and nobody asks
    when a chain began. Calendar months are of no one length.
    """
    limit = sequence.steps[following.step].limit
    return (
        sequence.limit is None
        and following.step == chains.step + 1
        and chains.state == following.state == entity_keys(sequence.scope)
        and (limit is None or not limit.months)
    )


def near_statements(
    table: str, sequence: Sequence, chains: Chains, following: Chains, around: Around
) -> Iterator[Statement]:
    """Find the events of the step that continue a chain; `table` is that of the sequence."""
    number = following.step + 1
    near = f"{table}_near_{number}"
    step = sequence.steps[following.step]
    limit = step.limit
    events = carrying_events_of_step(step, around)
    if limit is None:
        yield Statement(near, f"sequence: since when step {number} may come", _earliest(chains))
        query = _after_the_earliest(near, chains, events, sequence.scope)
    else:
        yield Statement(near, f"sequence: near what step {number} may come", _stretches(chains, limit.seconds))
        query = _after_a_near_one(near, chains, events, sequence.scope, limit.seconds)
    words, size = calls_in_words(step), how_many_of_step(step, around.catalog)
    yield Statement(following.table, f"sequence: events of step {number}", query, words, size=size)


def _earliest(chains: Chains) -> Query:
    keys = [sql.column(key) for key in chains.state]
    earliest = sql.named(sql.smallest(sql.column("time")), "earliest")
    return sql.rows_of(chains.table).select(*keys, earliest).group_by(*keys)


def _after_the_earliest(near: str, chains: Chains, events: Query, scope: Scope) -> Query:
    before = sql.rows_of(near).select(*map(sql.column, chains.state), sql.column("earliest"))
    is_after = sql.compare("less", sql.column("earliest", "before"), sql.column("time", "events"))
    return _continuing(events, before, chains, scope, [is_after])


def _stretches(chains: Chains, seconds: int) -> Query:
    keys = [sql.column(key) for key in chains.state]
    time, stretch = sql.column("time"), sql.column("stretch")
    cut = sql.rows_of(chains.table).select(*keys, time, sql.named(sql.stretch_of(time, seconds), "stretch"))
    ends = sql.named(sql.smallest(time), "earliest"), sql.named(sql.greatest(time), "latest")
    return sql.rows_of(cut.named("cut")).select(*keys, stretch, *ends).group_by(*keys, stretch)


def _after_a_near_one(near: str, chains: Chains, events: Query, scope: Scope, seconds: int) -> Query:
    keys = [sql.column(key) for key in chains.state]
    stretch = sql.column("stretch")
    own, earlier = (
        sql.rows_of(near).select(
            *keys,
            sql.named(of_event, "stretch"),
            sql.named(sql.column(nearest), "time"),
            sql.named(is_own, "is_own"),
        )
        for of_event, nearest, is_own in (
            (stretch, "earliest", sql.TRUE),
            (sql.later(stretch, seconds=seconds), "latest", sql.FALSE),
        )
    )
    cut = sql.rows_of(events.named("found")).select(
        *map(sql.column, ("profile", "carried", "time")),
        sql.named(sql.stretch_of(sql.column("time"), seconds), "stretch"),
    )
    time, before = sql.column("time", "events"), sql.column("time", "before")
    is_after = sql.compare("less", before, time)
    is_soon = sql.compare("less_or_equal", time, sql.later(before, seconds=seconds))
    near_enough = sql.choose([(sql.column("is_own", "before"), is_after)], is_soon)
    same_stretch = sql.compare("equal", sql.column("stretch", "events"), sql.column("stretch", "before"))
    return _continuing(cut, own.and_all_of(earlier), chains, scope, [same_stretch, near_enough])


def _continuing(events: Query, before: Query, chains: Chains, scope: Scope, conditions: list[Expr]) -> Query:
    """Keep the events that meet the conditions with something before them of the same one for whom both count."""
    theirs = sql.compare("equal", sql.column("profile", "events"), sql.column("profile", "before"))
    counts = counts_for(sql.column("carried", "events"), sql.column("account", "before"), scope)
    return (
        sql.rows_of(events.named("events"))
        .join(before.named("before"), on=sql.both([theirs, counts, *conditions]))
        .select(*(sql.column(key, "before") for key in chains.state), sql.column("time", "events"))
        .distinct()
    )

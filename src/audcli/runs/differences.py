"""Who is in one result and not in another.

was in: ann, bob    is in: bob, cem    ->    Changes(entered=1, exited=1, stayed=1, who_entered=[cem], who_exited=[ann])
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from audcli.errors import UsageError
from audcli.runs.exits import exits
from audcli.runs.keys import find_key
from audcli.runs.members import Member, members_after, named


@dataclass(frozen=True, slots=True)
class Exited:
    """Somebody who exited, and why: `merged`, `forgotten`, or None where the condition ceased to hold."""

    member: Member
    reason: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How one result differs from another: the sizes of both, and samples of who entered and exited, by key."""

    before: int
    after: int
    entered: int
    exited: int
    stayed: int
    who_entered: tuple[Member, ...]
    who_exited: tuple[Exited, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A run whose result is compared, and its as-of; run 0 stands for the time before the first."""

    run: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in the result of a key from one run to another."""

    key: str
    start: Side
    end: Side
    changes: Changes


def difference(
    connection: duckdb.DuckDBPyConnection, key: str, start: int | None, end: int | None, *, limit: int
) -> Difference:
    """Compare what a key had after the run `end` (the last that computed it) with `start` (the one before).

    At most `limit` are named of those who entered and of those who exited. Raises `UsageError` for an unknown key, for
    a run that there is not, and for runs in the wrong order.
    """
    find_key(connection, key)
    first, last = _sides(connection, key, start, end)
    was_in = f"""
        with reasons as (
            select level, entity, arg_max_null(reason, run) as reason
            from ({exits(key)}) where run > {first.run:d} and run <= {last.run:d} group by level, entity)
        select level, entity, reason from ({members_after(key, first.run)}) left join reasons using (level, entity)"""
    return Difference(key, first, last, changes(connection, was_in, members_after(key, last.run), limit=limit))


def changes(connection: duckdb.DuckDBPyConnection, was_in: str, is_in: str, *, limit: int) -> Changes:
    """Compare two queries of level and entity; `was_in` has also the reason for which each exited, if it did."""
    connection.execute(f"create or replace temporary table was_in as {was_in}")
    connection.execute(f"create or replace temporary table is_in as {is_in}")
    entered = "select level, entity from is_in anti join was_in using (level, entity)"
    exited = "select level, entity, reason from was_in anti join is_in using (level, entity)"
    [counts] = connection.execute(
        f"select (select count(*) from was_in), (select count(*) from is_in), (select count(*) from ({exited}))"
    ).fetchall()
    before, after, left = counts
    stayed = before - left
    return Changes(
        before=before,
        after=after,
        entered=after - stayed,
        exited=left,
        stayed=stayed,
        who_entered=tuple(member for member, _ in named(connection, entered, limit)),
        who_exited=tuple(Exited(member, reason) for member, [reason] in named(connection, exited, limit)),
    )


def _sides(connection: duckdb.DuckDBPyConnection, key: str, start: int | None, end: int | None) -> tuple[Side, Side]:
    runs: dict[int, datetime | None] = {0: None}
    runs |= dict(connection.execute("select run, as_of from runs order by run").fetchall())
    computed = [
        run
        for (run,) in connection.execute(
            "select run from results join definitions using (definition) where key = ? and outcome = 'ok' order by run",
            [key],
        ).fetchall()
    ]
    for given in (start, end):
        if given is not None and given not in runs:
            raise UsageError(f"there is no run {given}", hint="`audcli runs` lists the runs")
    last = max(computed, default=max(runs)) if end is None else end
    first = max((run for run in computed if run < last), default=0) if start is None else start
    if first > last:
        raise UsageError(f"run {first} is later than run {last}", hint="the earlier run belongs after `--from`")
    return Side(first, runs[first]), Side(last, runs[last])

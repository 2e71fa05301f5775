"""The last result of every key, with the instants at which its key was first computed and its meaning last changed.

vips   ->   LastResult("ok", run=3, members=41, entered=2, exited=1, created_at=…, edited_at=…)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from audcli.runs.run import Outcome


@dataclass(frozen=True, slots=True)
class LastResult:
    """The last result of a key: `outcome` and `reason` of the last run that met it, sizes of the last that computed it.

    `created_at` is when the first run that met the key began, `edited_at` the first that met its present meaning,
    `computed_at` the last that computed it; all UTC.
    """

    outcome: Outcome
    reason: str | None
    whole_digest: str | None
    run: int | None
    members: int
    entered: int
    exited: int
    created_at: datetime
    edited_at: datetime
    computed_at: datetime | None
    as_of: datetime | None


def last_results(connection: duckdb.DuckDBPyConnection) -> dict[str, LastResult]:
    """Read the last result of every key."""
    rows = connection.execute(
        """
        with met as (select key, results.* from results join definitions using (definition)),
        latest as (
            select key, min(run) as first_run, max(run) as run, max(run) filter (outcome = 'ok') as computed_run
            from met group by key),
        meanings as (
            select key, run, digest is distinct from lag(digest) over (partition by key order by run) as is_new
            from met where digest <> ''),
        edits as (select key, max(run) as run from meanings where is_new group by key)
        select key, r.outcome, r.reason, c.whole_digest, c.run, r.members, coalesce(c.entered, 0),
               coalesce(c.exited, 0), first.started_at, coalesce(edited.started_at, first.started_at),
               computed.started_at, computed.as_of
        from latest
        join met as r using (key, run)
        join runs as first on first.run = first_run
        left join edits using (key)
        left join runs as edited on edited.run = edits.run
        left join met as c on c.key = latest.key and c.run = computed_run
        left join runs as computed on computed.run = computed_run
        """
    ).fetchall()
    return {key: LastResult(*values) for key, *values in rows}

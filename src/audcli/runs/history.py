"""What the ledger tells of the past: all runs, and the results of one key by run.

run  as_of       computed  failed  entered  exited          run  outcome  members  entered  exited  merged  edited
  1  2026-06-30        12       0      812       0            1  ok            41       41       0       0  no
  2  2026-07-01        11       1       40      12            2  ok            43        3       1       1  yes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from audcli.runs.exits import exits
from audcli.runs.keys import find_key
from audcli.runs.run import Outcome


@dataclass(frozen=True, slots=True)
class PastRun:
    """A committed run: how long it took, how many definitions it computed, and what it changed altogether.

    `failed` and `removed` are the keys that it could not compute and those that no file defined any more; `inputs` the
    SHA-256 of the files of lists and of sources that it read, by `list:KEY` and `source:NAME`.
    """

    run: int
    as_of: datetime
    started_at: datetime
    seconds: float
    version: str
    computed: int
    failed: Sequence[str]
    removed: Sequence[str]
    entered: int
    exited: int
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PastResult:
    """What a run made of one key; `merged` and `forgotten` of those that exited did for that reason.

    `edited` tells that its meaning, or that of something it depends on, differs from that of the run before.
    """

    run: int
    as_of: datetime
    outcome: Outcome
    reason: str | None
    previous: int
    entered: int
    exited: int
    members: int
    merged: int
    forgotten: int
    edited: bool
    digest: str


def past_runs(connection: duckdb.DuckDBPyConnection) -> tuple[PastRun, ...]:
    """Give all runs, in order."""
    rows = connection.execute(
        """
        with sums as (
            select run, count(*) filter (outcome = 'ok') as computed,
                   coalesce(list(key order by key) filter (outcome = 'failed'), []) as failed,
                   coalesce(list(key order by key) filter (outcome = 'removed'), []) as removed,
                   sum(entered)::bigint as entered, sum(exited)::bigint as exited
            from results join definitions using (definition) group by run),
        read as (
            select run, map(list(kind || ':' || name order by kind, name), list(digest order by kind, name)) as files
            from run_inputs group by run)
        select run, as_of, started_at, duration_ms / 1000, version, coalesce(computed, 0), coalesce(failed, []),
               coalesce(removed, []), coalesce(entered, 0), coalesce(exited, 0), coalesce(files, map {})
        from runs left join sums using (run) left join read using (run) order by run
        """
    ).fetchall()
    return tuple(PastRun(*row) for row in rows)


def past_results(connection: duckdb.DuckDBPyConnection, key: str) -> tuple[PastResult, ...]:
    """Give the results of a key, in order of runs; raises `AudcliError` for a key that no run has met."""
    find_key(connection, key)
    rows = connection.execute(
        f"""
        with exits_by_run as (
            select run, count(*) filter (reason = 'merged') as merged,
                   count(*) filter (reason = 'forgotten') as forgotten
            from ({exits(key)}) group by run),
        met as (select results.* from results join definitions using (definition) where key = $key),
        meanings as (select run, whole_digest is distinct from lag(whole_digest) over (order by run)
                            and lag(whole_digest) over (order by run) is not null as edited
                     from met where whole_digest <> '')
        select run, as_of, outcome, reason, previous, entered, exited, members, coalesce(merged, 0),
               coalesce(forgotten, 0), coalesce(edited, false), digest
        from met join runs using (run) left join exits_by_run using (run) left join meanings using (run) order by run
        """,
        {"key": key},
    ).fetchall()
    return tuple(PastResult(*row) for row in rows)

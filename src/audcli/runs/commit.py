"""Commits a run: what it found, held against what the last one left, goes into the ledger as one.

members of this run     7 | ann, bob          entered  7 | bob
members before          7 | ann, cem    ->    exited   7 | cem         previous + entered - exited = members
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from audcli.runs.comparison import compare, write_changes
from audcli.runs.keys import next_number, numbers_of
from audcli.runs.run import Computed, Result, Run


def commit(
    connection: duckdb.DuckDBPyConnection,
    computed: Sequence[Computed],
    *,
    as_of: datetime,
    started_at: datetime,
    version: str,
) -> Run:
    """Compare what a run found with what the last one left, and write both into the ledger.

    Works within the connection's transaction; the caller commits it.
    """
    number = next_number(connection, "run", "runs")
    numbers = numbers_of(connection, computed, started_at)
    compare(connection, [(numbers[each.key], each) for each in computed])
    results = tuple(_results(connection, computed, numbers))
    write_changes(connection, number)
    _write_results(connection, number, computed, numbers, results)
    connection.execute(
        "insert into runs select ?, ?, ?, 0, generation, ? from store_state",
        [number, as_of, started_at, version],
    )
    return Run(number, as_of, results)


def note_duration(connection: duckdb.DuckDBPyConnection, run: Run, seconds: float) -> None:
    """Say in the ledger how long the run took."""
    connection.execute("update runs set duration_ms = ? where run = ?", [round(seconds * 1000), run.number])


def _results(
    connection: duckdb.DuckDBPyConnection, computed: Sequence[Computed], numbers: Mapping[str, int]
) -> list[Result]:
    members, entered, exited = (
        dict(connection.execute(f"select definition, count(*) from {table} group by definition").fetchall())
        for table in ("members_now", "entered_now", "exited_now")
    )
    previous = dict(
        connection.execute(
            "select definition, count(*) from memberships where exited_run is null group by definition"
        ).fetchall()
    )
    results = []
    for each in sorted(computed, key=lambda one: one.key):
        number = numbers[each.key]
        before = previous.get(number, 0)
        if each.members is None:
            results.append(Result(each.key, "failed", each.reason, before, 0, 0, before))
        else:
            changes = entered.get(number, 0), exited.get(number, 0)
            results.append(Result(each.key, "ok", None, before, *changes, members.get(number, 0)))
    return results


def _write_results(
    connection: duckdb.DuckDBPyConnection,
    run: int,
    computed: Sequence[Computed],
    numbers: Mapping[str, int],
    results: Sequence[Result],
) -> None:
    by_key = {each.key: each for each in computed}
    rows = [
        [run, numbers[r.key], by_key[r.key].digest, by_key[r.key].whole_digest, by_key[r.key].text, r.outcome, r.reason,
         r.previous, r.entered, r.exited, r.members]
        for r in results
    ]  # fmt: skip
    if rows:
        connection.executemany("insert into results values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

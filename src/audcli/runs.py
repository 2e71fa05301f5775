"""The ledger: what a run found, held against what the last one left, and committed as one.

members of this run     7 | ann, bob          entered  7 | bob
members before          7 | ann, cem    ->    exited   7 | cem         previous + entered - exited = members
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from audcli.errors import AudcliError
from audcli.sql.script import Membership


@dataclass(frozen=True, slots=True)
class Computed:
    """A definition that a run computes: its key, kind and level, its text, and the digests of its meaning.

    `whole_digest` covers everything that it depends on as well; both digests are empty where it is invalid.
    `members` says where its members stand; None with a `reason` when it could not be computed.
    """

    key: str
    kind: str
    level: str
    digest: str
    whole_digest: str
    text: str
    members: Membership | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run made of one definition; always previous + entered - exited = members."""

    key: str
    outcome: str
    reason: str | None
    previous: int
    entered: int
    exited: int
    members: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its number, the instant that it evaluated at, and its results in order of key."""

    number: int
    as_of: datetime
    results: tuple[Result, ...]


def refuse_earlier(connection: duckdb.DuckDBPyConnection, keys: Sequence[str], as_of: datetime) -> None:
    """Raise `AudcliError` when one of the keys was last computed at a later instant than `as_of`."""
    latest = connection.execute(
        """select as_of, key from results join runs using (run) join definitions using (definition)
           where outcome = 'ok' and key in (select unnest($keys)) order by as_of desc, key limit 1""",
        {"keys": list(keys)},
    ).fetchall()
    for last, key in latest:
        if last > as_of:
            raise AudcliError(
                f"`{key}` was last computed as of {last.isoformat()}Z, which is later than {as_of.isoformat()}Z",
                hint="a run may not go back in time; give a later `--as-of`",
            )


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
    number = _next(connection, "run", "runs")
    numbers = _definition_numbers(connection, computed, started_at)
    _gather_members(connection, [(numbers[each.key], each) for each in computed])
    _compare(connection)
    results = tuple(_results(connection, computed, numbers))
    _write(connection, number)
    _write_results(connection, number, computed, numbers, results)
    connection.execute(
        "insert into runs select ?, ?, ?, 0, generation, ? from store_state",
        [number, as_of, started_at, version],
    )
    return Run(number, as_of, results)


def note_duration(connection: duckdb.DuckDBPyConnection, run: Run, seconds: float) -> None:
    """Say in the ledger how long the run took."""
    connection.execute("update runs set duration_ms = ? where run = ?", [round(seconds * 1000), run.number])


def _next(connection: duckdb.DuckDBPyConnection, column: str, table: str) -> int:
    [(following,)] = connection.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchall()
    return int(following)


def _definition_numbers(
    connection: duckdb.DuckDBPyConnection, computed: Sequence[Computed], now: datetime
) -> dict[str, int]:
    """Give every key its number; a new key gets one, and a new meaning of a key is dated."""
    known: dict[str, int] = dict(connection.execute("select key, definition from definitions").fetchall())
    following = _next(connection, "definition", "definitions")
    for each in computed:
        if each.key not in known:
            known[each.key] = following
            connection.execute(
                "insert into definitions values (?, ?, ?, ?, ?, ?)",
                [following, each.key, each.kind, each.level, now, now],
            )
            following += 1
        elif each.digest:
            _date_edit(connection, known[each.key], each.digest, now)
    return known


def _date_edit(connection: duckdb.DuckDBPyConnection, number: int, digest: str, now: datetime) -> None:
    connection.execute(
        """update definitions set edited_at = $now where definition = $number and $digest is distinct from
           (select max_by(digest, run) from results where definition = $number and digest <> '')""",
        {"now": now, "number": number, "digest": digest},
    )


def _gather_members(connection: duckdb.DuckDBPyConnection, computed: Sequence[tuple[int, Computed]]) -> None:
    """Fill `members_now` (and `computed_now`, the definitions that have a result at all)."""
    connection.execute("create or replace temporary table members_now (definition integer, entity integer)")
    connection.execute("create or replace temporary table computed_now (definition integer)")
    for number, each in computed:
        if each.members is None:
            continue
        connection.execute("insert into computed_now values (?)", [number])
        connection.execute(
            f"""insert into members_now
                select {number}, {each.members.entity} from {each.members.table} where "{each.members.column}" """
        )


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """create or replace temporary table entered_now as
           select definition, entity from members_now as now
           where not exists (select 1 from memberships as old where old.exited_run is null
                             and old.definition = now.definition and old.entity = now.entity)"""
    )
    connection.execute(
        """create or replace temporary table exited_now as
           select definition, entity from memberships as old
           where exited_run is null and definition in (select definition from computed_now)
             and not exists (select 1 from members_now as now
                             where now.definition = old.definition and now.entity = old.entity)"""
    )


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


def _write(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    connection.execute(
        """update memberships set exited_run = ? from exited_now as gone
           where memberships.exited_run is null and memberships.definition = gone.definition
             and memberships.entity = gone.entity""",
        [run],
    )
    connection.execute(
        "insert into memberships select definition, entity, ?, null from entered_now order by definition, entity",
        [run],
    )


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

"""The keys that the ledger remembers: each has a number, and the instant that it was last computed at.

vips   ->   definition 7, an audience of users, last computed as of 2026-07-01
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from audcli.errors import AudcliError
from audcli.runs.run import Computed


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


def numbers_of(connection: duckdb.DuckDBPyConnection, computed: Sequence[Computed], now: datetime) -> dict[str, int]:
    """Give every key its number; a new key gets one, and a new meaning of a key is dated."""
    known: dict[str, int] = dict(connection.execute("select key, definition from definitions").fetchall())
    following = next_number(connection, "definition", "definitions")
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


def next_number(connection: duckdb.DuckDBPyConnection, column: str, table: str) -> int:
    """Give the number after the largest one in a column."""
    [(following,)] = connection.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchall()
    return int(following)

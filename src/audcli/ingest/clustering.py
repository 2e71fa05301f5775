"""Keeps the calls clustered under many small ingests: short runs of sorted rows are merged into long ones.

    | 4,000,000 sorted | 20,000 | 20,000 | ... 25 of these |  ->  | 4,000,000 sorted | 500,000 sorted |

Every ingest appends a run that is sorted by (call_name, time). Long runs stay as they are for ever. Short ones gather
behind `store_state.loose_from` until together they are long, and then they are sorted as one. So no ingest moves many
more calls than make one long run, and a call is moved once, or a few times where ingests are tiny: after many of them
what is loose is sorted too, but stays loose.
"""

from __future__ import annotations

import duckdb

from audcli.store import Store

LONG_RUN = 500_000
"""Rows of some four row groups, so that of a name among a hundred others a scan reads little that is not its own."""

MANY_INGESTS = 100
"""How often the small row groups of all tables are put together where no run becomes long."""


def merge_short_runs(store: Store, appended: int) -> int:
    """Merge the short runs once they are many, and say how many calls that moved; `appended` is the last run's size.

    It is a transaction of its own, after that of the ingest: the content of the store stays the same.
    """
    [(loose_from,)] = store.connection.execute("select loose_from from store_state").fetchall()
    end = _end(store, loose_from)
    is_long = end - loose_from >= LONG_RUN
    if not is_long and (not appended or store.generation % MANY_INGESTS):
        return 0
    until = end - appended if appended >= LONG_RUN else end
    with store.transaction(gathering=True):
        moved = _merge(store.connection, loose_from, until) if loose_from < until else 0
        store.connection.execute("update store_state set loose_from = ?", [end + moved if is_long else end])
    # Where a row group held other rows than those taken out, gathering has numbered rows anew.
    loose = 0 if is_long else moved
    with store.transaction():
        store.connection.execute("update store_state set loose_from = ?", [_end(store, 0) - loose])
    return moved


def _end(store: Store, start: int) -> int:
    """Give the row id after the last call's; `start` where no call has one from there on."""
    [(last,)] = store.connection.execute("select max(rowid) from calls where rowid >= ?", [start]).fetchall()
    return start if last is None else int(last) + 1


def _merge(connection: duckdb.DuckDBPyConnection, start: int, end: int) -> int:
    """Append these rows again, sorted, and take them out where they were."""
    connection.execute(
        "insert into calls from calls where rowid >= ? and rowid < ? order by call_name, time", [start, end]
    )
    [(moved,)] = connection.execute("delete from calls where rowid >= ? and rowid < ?", [start, end]).fetchall()
    return int(moved)

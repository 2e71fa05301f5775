"""Keeps the calls clustered under many small ingests: short runs of sorted rows are merged into long ones.

    | 4,000,000 sorted | 20,000 | 20,000 | ... 25 of these |  ->  | 4,000,000 sorted | 500,000 sorted |

Every ingest appends a run that is sorted by (call_name, time). Long runs stay as they are for ever. Short ones gather
behind `store_state.loose_from` until together they are long, and then they are sorted as one. So a call is moved once
at most, and no ingest moves many more calls than make one long run.
"""

from __future__ import annotations

import duckdb

from audcli.store import Store

LONG_RUN = 500_000
"""Rows of some four row groups, so that of a name among a hundred others a scan reads little that is not its own."""


def merge_short_runs(store: Store, appended: int) -> int:
    """Merge the short runs once they are many, and say how many calls that moved; `appended` is the last run's size.

    It is a transaction of its own, after that of the ingest: the content of the store stays the same.
    """
    [(loose_from,)] = store.connection.execute("select loose_from from store_state").fetchall()
    [(last,)] = store.connection.execute("select max(rowid) from calls where rowid >= ?", [loose_from]).fetchall()
    end = loose_from if last is None else last + 1
    if end - loose_from < LONG_RUN:
        return 0
    until = end - appended if appended >= LONG_RUN else end
    with store.transaction():
        moved = _merge(store.connection, loose_from, until) if loose_from < until else 0
        store.connection.execute("update store_state set loose_from = ?", [end + moved])
    return moved


def _merge(connection: duckdb.DuckDBPyConnection, start: int, end: int) -> int:
    """Take these rows out and append them again, sorted."""
    connection.execute(
        """create temp table merged as from calls where rowid >= ? and rowid < ? order by call_name, time""",
        [start, end],
    )
    [(moved,)] = connection.execute("delete from calls where rowid >= ? and rowid < ?", [start, end]).fetchall()
    connection.execute("insert into calls from merged")
    connection.execute("drop table temp.merged")
    return int(moved)

"""Tells how far the statement at work is, again and again until it ends.

with telling_share(connection, show):          show(0.0) show(0.12) show(0.35) ...
    connection.execute("insert into ...")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

_SECONDS_BETWEEN = 0.2
_MEASURE = "set enable_progress_bar_print = false; set enable_progress_bar = true; set progress_bar_time = 0"
_LEAVE_OFF = "set enable_progress_bar = false"


@contextmanager
def telling_share(connection: duckdb.DuckDBPyConnection, show: Callable[[float], None]) -> Iterator[None]:
    """Call `show` from another thread with the share, from 0 to 1, that is done of what the connection executes."""
    ended = Event()

    def tell() -> None:
        while not ended.wait(_SECONDS_BETWEEN):
            show(max(connection.query_progress(), 0) / 100)

    connection.execute(_MEASURE)
    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
    connection.execute(_LEAVE_OFF)

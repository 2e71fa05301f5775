"""How the working memory of a run is shared with the process in which queries run.

with shared_memory(connection) as share:    # 8.0 GiB: the store's engine keeps 4, and `share` is 4 in bytes
    ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SIZE = re.compile(r"([\d.]+) (\w+)")


@contextmanager
def shared_memory(connection: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Halve what the connection's engine may use for as long as the block runs, and give the other half in bytes."""
    [(written,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    found = _SIZE.fullmatch(written)
    assert found is not None
    half = int(float(found[1]) * _UNITS[found[2]]) // 2
    with suppress(duckdb.OutOfMemoryException):  # what cannot be let go of is held until it is
        connection.execute(f"set memory_limit = '{half}B'")
    try:
        yield half
    finally:
        connection.execute(f"set memory_limit = '{written}'")

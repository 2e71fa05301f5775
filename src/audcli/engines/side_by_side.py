"""Statements side by side: each begins as soon as the tables that it reads are there.

events_1, events_2, wave_1 (of both)   ->   events_1 | events_2      one connection each
                                                wave_1

One statement reads little more than one group of rows, which the engine gives to a single core.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import duckdb

from audcli.sql.script import Statement

_Result = TypeVar("_Result")

Connect = Callable[[], duckdb.DuckDBPyConnection]
RunOne = Callable[[duckdb.DuckDBPyConnection, Statement], _Result]

_PATIENCE = 0.05
"""Seconds between two calls to stop what runs: one that comes before a statement begins is lost."""


def run_side_by_side(
    connect: Connect, statements: Iterable[Statement], run_one: RunOne[_Result], most: int
) -> tuple[_Result, ...]:
    """Run the statements, at most so many at once, and give what `run_one` gives of each, in their order.

    `connect` opens a connection, of which every thread has one.

    Statements that make tables come before those that read them. Raises the first error in their order; the others
    are stopped then, and so they are by an interrupt.
    """
    connections = _Connections(connect)

    def run(statement: Statement, sources: list[Future[_Result]]) -> _Result:
        for source in sources:
            source.result()
        return run_one(connections.own(), statement)

    with ThreadPoolExecutor(most) as pool:
        futures: dict[str, Future[_Result]] = {}
        try:
            # Sources are handed in first, so that no statement waits for one that has not begun.
            for statement in statements:
                sources = [futures[table] for table in statement.reads() if table in futures]
                futures[statement.table] = pool.submit(run, statement, sources)
            return tuple(future.result() for future in futures.values())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            begun = [future for future in futures.values() if not future.cancelled()]
            while wait(begun, timeout=_PATIENCE).not_done:
                connections.interrupt()
            raise


class _Connections:
    """A connection for each thread, opened when it first needs one."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._of_thread = threading.local()
        self._all: list[duckdb.DuckDBPyConnection] = []

    def own(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = self._connect()
            self._all.append(self._of_thread.connection)
        connection: duckdb.DuckDBPyConnection = self._of_thread.connection
        return connection

    def interrupt(self) -> None:
        for connection in self._all:
            connection.interrupt()

"""Statements side by side: each begins once the tables that it reads are there, and what most others wait for is first.

events_1, sequence_1_step_1, sequence_1_step_2 (of the step before), wave_1 (of all)

    one connection        sequence_1_step_1 | sequence_1_step_2 |
    another               events_1          |                   | wave_1

One statement reads little more than one group of rows, which the engine gives to a single core.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

import duckdb

from audcli.sql.script import Statement, sources_of

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

    Statements that make tables come before those that read them. Raises the first error; the statements that run
    beside it are stopped then, and so they are by an interrupt.
    """
    line = _Line[_Result](tuple(statements))
    connections: list[duckdb.DuckDBPyConnection] = []

    def work() -> None:
        connection = connect()
        connections.append(connection)
        while (number := line.take()) is not None:
            line.put(number, run_one(connection, line.statements[number]))

    with ThreadPoolExecutor(most) as pool:
        workers = [pool.submit(work) for _ in range(most)]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:
            line.stop()
            while wait(workers, timeout=_PATIENCE).not_done:
                for connection in tuple(connections):
                    connection.interrupt()
            raise
    return line.results()


class _Line(Generic[_Result]):
    """The statements that wait, by number: which of them can begin, and which are to begin first.

    These are the ones with the longest way from them to the last statement that needs them, so that no long way is
    left for the end, when there is nothing to do beside it.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self._missing = sources_of(statements)
        self._readers = _readers(self._missing)
        self._ways = _ways_to_the_end(self._readers)
        self._ready = [self._in_line(number) for number, missing in enumerate(self._missing) if not missing]
        heapify(self._ready)
        self._results: dict[int, _Result] = {}
        self._waiting = len(statements)
        self._changed = threading.Condition()

    def take(self) -> int | None:
        """Give the statement to run next, as soon as there is one; None where there is nothing left to begin."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or not self._waiting)
            if not self._waiting:
                return None
            self._waiting -= 1
            _, number = heappop(self._ready)
            if not self._waiting:
                self._changed.notify_all()
            return number

    def put(self, number: int, result: _Result) -> None:
        """Say that a statement has run, and what came of it: those that waited for it alone can begin."""
        with self._changed:
            self._results[number] = result
            for reader in self._readers[number]:
                self._missing[reader].remove(number)
                if not self._missing[reader]:
                    heappush(self._ready, self._in_line(reader))
            self._changed.notify_all()

    def stop(self) -> None:
        """Let nothing more begin."""
        with self._changed:
            self._waiting = 0
            self._changed.notify_all()

    def results(self) -> tuple[_Result, ...]:
        """Give what came of all statements, in their order."""
        return tuple(self._results[number] for number in range(len(self.statements)))

    def _in_line(self, number: int) -> tuple[int, int]:
        return -self._ways[number], number


def _readers(sources: Sequence[set[int]]) -> list[list[int]]:
    """Give, the other way round, the statements that read what each one makes."""
    readers: list[list[int]] = [[] for _ in sources]
    for number, of_number in enumerate(sources):
        for source in of_number:
            readers[source].append(number)
    return readers


def _ways_to_the_end(readers: Sequence[Sequence[int]]) -> list[int]:
    """Count the statements on the longest way from each one to the last that cannot begin without it."""
    ways = [0] * len(readers)
    for number in reversed(range(len(readers))):
        ways[number] = 1 + max((ways[reader] for reader in readers[number]), default=0)
    return ways

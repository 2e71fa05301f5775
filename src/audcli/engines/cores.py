"""How many cores the engine gives to statements that run beside each other: one to each small one, all to a large one.

events_1 | events_2 | … of 40 names alike   ->   a core each: to spread one over two takes half as long again in all
events_1 of nearly all calls                ->   all cores, also while small ones run beside it
wave_1, which waits for all others          ->   all cores

A statement is as large as all the calls behind what it reads are many, and small where what neither waits for it nor
is waited for by it is enough to keep the other cores busy. The engine has one setting for all that runs, so small ones
that begin beside a large one are treated like it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from audcli.sql.script import Statement, sources_of


class Cores:
    """The cores of the engine, shared among statements of which `most` run at once."""

    def __init__(self, cores: int, most: int, statements: Sequence[Statement]) -> None:
        """Take all statements that are to run, each after those that make what it reads."""
        self._small = _small(statements, most)
        self._all = cores
        self._one_of_many = max(1, cores // most)
        self._given = cores
        self._large = 0
        self._change = threading.Lock()

    @contextmanager
    def given_to(self, statement: Statement, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Give a statement its cores while it runs on a connection."""
        is_large = statement.table not in self._small
        with self._change:
            self._large += is_large
            self._give(self._all if self._large else self._one_of_many, connection)
        try:
            yield
        finally:
            with self._change:
                self._large -= is_large

    def give_back(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Give all cores to whatever comes next."""
        with self._change:
            self._give(self._all, connection)

    def _give(self, cores: int, connection: duckdb.DuckDBPyConnection) -> None:
        if cores != self._given:
            connection.execute(f"set threads = {cores:d}")
            self._given = cores


def _small(statements: Sequence[Statement], most: int) -> set[str]:
    """Name the statements that can run beside so many of their size; those of which no size is known cannot."""
    behind = _behind(sources_of(statements))
    sizes = [sum(statements[each].size or 0 for each in (number, *sources)) for number, sources in enumerate(behind)]
    never_beside = sizes.copy()
    for number, sources in enumerate(behind):
        for source in sources:
            never_beside[number] += sizes[source]
            never_beside[source] += sizes[number]
    beside = [sum(sizes) - size for size in never_beside]
    each = zip(statements, sizes, beside, strict=True)
    return {statement.table for statement, size, others in each if 0 < size * (most - 1) <= others}


def _behind(sources: Sequence[set[int]]) -> list[set[int]]:
    """Give, for each statement, all that must have run before it."""
    behind: list[set[int]] = []
    for direct in sources:
        behind.append(direct.union(*(behind[source] for source in direct)))
    return behind

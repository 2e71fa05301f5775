"""How many cores the engine gives to statements that run beside each other: one to each small one, all to a large one.

events_1 | events_2 | … of 40 names alike   ->   a core each: to spread one over two takes half as long again in all
events_1 of nearly all calls                ->   all cores, also while small ones run beside it

The engine has one setting for all that runs, so small ones that begin beside a large one are treated like it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import duckdb

from audcli.sql.script import Statement


class Cores:
    """The cores of the engine, shared among statements of which `most` run at once."""

    def __init__(self, cores: int, most: int, statements: Collection[Statement]) -> None:
        """Take all statements that are to run: one is small when so many of its size would not outweigh them all."""
        sizes = {each.table: each.size for each in statements if each.size is not None}
        self._small = {table for table, size in sizes.items() if size * most <= sum(sizes.values())}
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

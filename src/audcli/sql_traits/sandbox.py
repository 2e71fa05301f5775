"""Queries are described and run in workers, which are given what they may read and replaced when they are lost.

describe([sql], Setup(...), seconds=60)      ->   [Described(columns=(key, one), reads={"profiles": ("key",)})], {}
Sandbox(setup, reads, fill).run(Query(sql, ids=("key",), traits=("one",)), seconds=300)   ->   rows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from audcli.sql_traits.described import Column, Described
from audcli.sql_traits.process import Process, QueryFailed
from audcli.sql_traits.refusals import Refusal

if TYPE_CHECKING:
    import pyarrow as pa

Reads = Mapping[str, Sequence[str]]
"""Columns by view."""

Fill = Callable[[str, Sequence[str]], "pa.RecordBatchReader"]
"""Gives the rows of a view, with the columns that are read of it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is given: the instant, its working memory in bytes, a folder to spill into, files by source."""

    as_of: str
    memory_limit: int
    spill: Path | None
    sources: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that passed `describe`, with its columns of ids and of traits, and the relations that it reads."""

    sql: str
    ids: tuple[str, ...]
    traits: tuple[str, ...]
    relations: frozenset[str] = frozenset()


class SourceFailed(QueryFailed):
    """A source that the query reads cannot be read to its end."""


def describe(
    queries: Iterable[str], setup: Setup, *, seconds: float
) -> tuple[list[Described | Refusal], Mapping[str, str]]:
    """Say what each query gives and reads, or why it may not run; and why sources cannot be read, by their names."""
    described: list[Described | Refusal] = []
    unreadable: Mapping[str, str] = {}
    worker: Process | None = None
    try:
        for sql in queries:
            try:
                if worker is None:
                    worker = Process()
                    unreadable = _open(worker, setup, seconds, describing=True)
                described.append(_described(worker.ask({"do": "describe", "sql": sql}, seconds)))
            except QueryFailed as failed:
                described.append(Refusal("sql-does-not-fit", {"reason": failed.message}))
                if worker is not None:
                    worker.kill()
                worker = None
    finally:
        if worker is not None:
            worker.kill()
    return described, unreadable


class Sandbox:
    """Runs queries one after the other, all over the same views and sources."""

    def __init__(self, setup: Setup, reads: Reads, fill: Fill) -> None:
        """Take what the queries together read of the views; nothing is started before the first of them."""
        self._setup = setup
        self._reads = reads
        self._fill = fill
        self._worker: Process | None = None
        self._unreadable: Mapping[str, str] = {}

    def __enter__(self) -> Sandbox:
        """Give the sandbox itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker."""
        self.drop()

    def run(self, query: Query, *, seconds: float) -> pa.RecordBatchReader:
        """Give the rows of a query, all of which are to be read before the next one is run.

        Raises `QueryFailed` when it fails, or takes more time or memory than it may.
        """
        try:
            worker = self._ready()
            for name in sorted(query.relations & self._unreadable.keys()):
                raise SourceFailed(f"the source `{name}` cannot be read: {self._unreadable[name]}")
            request = {"do": "run", "sql": query.sql, "ids": query.ids, "traits": query.traits}
            worker.ask(request, seconds)
            return worker.rows()
        except SourceFailed:
            raise
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """End the worker, to be called where rows could not be read to their end; the next query gets a new one."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _ready(self) -> Process:
        if self._worker is None:
            self._worker = Process()
            self._unreadable = _open(self._worker, self._setup, _SECONDS_TO_FILL, describing=False)
            for view, columns in self._reads.items():
                self._worker.ask({"do": "fill", "view": view}, _SECONDS_TO_FILL, self._fill(view, columns))
        return self._worker


_SECONDS_TO_FILL = 24 * 3600.0
"""Putting data in is work of our own, however long it takes."""


def _open(worker: Process, setup: Setup, seconds: float, *, describing: bool) -> Mapping[str, str]:
    request = {
        "do": "open",
        "as_of": setup.as_of,
        "memory_limit": setup.memory_limit,
        "spill": None if setup.spill is None else str(setup.spill),
        "sources": {name: str(path) for name, path in setup.sources.items()},
        "describing": describing,
    }
    unreadable: Mapping[str, str] = worker.ask(request, seconds)["unreadable"]
    return unreadable


def _described(answer: Mapping[str, Any]) -> Described | Refusal:
    if "refused" in answer:
        refused = answer["refused"]
        return Refusal(**{**refused, "columns": tuple(refused["columns"])})
    columns = tuple(Column(**column) for column in answer["described"]["columns"])
    return Described(columns, {name: tuple(read) for name, read in answer["described"]["reads"].items()})

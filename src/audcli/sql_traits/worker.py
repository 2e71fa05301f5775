"""The process in which queries run: it has no environment, no store and no open file, and only so much memory.

    {"do": "open", "sources": {"tickets": "/.../tickets.csv"}, ...}   ->   {"unreadable": {}}
    {"do": "fill", "view": "profiles"}, rows as an Arrow stream       ->   {}
    {"do": "run", "sql": "select key, 1 as one from profiles"}        ->   {"columns": ["one"]}, rows as an Arrow stream

It is spoken to in lines of JSON over its standard input and output. Nothing that it says is ever run by the process
that started it: it is where text of a pull request meets an engine.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from audcli.sql_traits import engine, sources
from audcli.sql_traits.refusals import Refusal
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.words import reason_about_data

_SECONDS_BETWEEN_LOOKS = 1.0


def main() -> None:
    """Answer requests until there are no more."""
    _leave_no_traces()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not be taken for an answer
    worker = _Worker(sys.stdin.buffer, answers)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        getattr(worker, request.pop("do"))(**request)


def _end_with_parent(parent: int) -> None:
    """Do not outlive the process that asks, not even in the middle of a query."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


class _Worker:
    """What requests are about: one engine, opened first and locked by the first query."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers
        self._relations = set(VIEWS)
        self._locked = False

    def open(
        self,
        as_of: str,
        memory_limit: int,
        spill: str | None,
        sources: dict[str, str],
        describing: bool,
    ) -> None:
        """Open the engine and read the sources; those that cannot be read are told, and are not there."""
        _limit_memory(memory_limit)
        self._engine = engine.open_engine(memory_limit * 2 // 3, spill, as_of)
        if describing:
            engine.keep_plans_plain(self._engine)
        unreadable = {}
        for name, path in sources.items():
            reason = self._read(name, Path(path), rows=not describing)
            if reason is not None:
                unreadable[name] = reason
        self._answer({"unreadable": unreadable})

    def fill(self, view: str) -> None:
        """Put rows into a view."""
        import pyarrow as pa

        with pa.ipc.open_stream(self._requests) as rows:
            self._engine.register("rows_of_view", rows)
            self._engine.execute(f"insert into {engine.HIDDEN}.{view} by name select * from rows_of_view")
            self._engine.unregister("rows_of_view")
        self._answer({})

    def describe(self, sql: str) -> None:
        """Say what a query gives and reads, or why it may not run."""
        self._lock()
        described = engine.describe(self._engine, sql, self._relations)
        self._answer({"refused" if isinstance(described, Refusal) else "described": asdict(described)})

    def run(self, sql: str, ids: list[str], traits: list[str]) -> None:
        """Run a query, and give its rows as they are stored."""
        import pyarrow as pa

        from audcli.sql_traits.rows import NestedTooDeeply, carry

        self._lock()
        try:
            refused = engine.execute(self._engine, sql, self._relations)
            if refused is not None:
                self._answer({"failed": "query", "reason": f"it may not run ({refused.code})"})
                return
            rows = carry(self._engine, engine.RESULT, ids, traits)
        except (duckdb.OutOfMemoryException, MemoryError):
            self._answer({"failed": "memory"})
        except NestedTooDeeply:
            self._answer({"failed": "query", "reason": "a value in its result is nested too deeply"})
        except duckdb.Error as error:
            self._answer({"failed": "query", "reason": reason_about_data(error)})
        else:
            self._answer({})
            with pa.ipc.new_stream(self._answers, rows.schema) as stream:
                for batch in rows:
                    stream.write_batch(batch)
            self._answers.flush()

    def _read(self, name: str, path: Path, *, rows: bool) -> str | None:
        try:
            sources.load_source(self._engine, f'{engine.HIDDEN}."{name}"', path, rows=rows)
        except sources.Unreadable as unreadable:
            return str(unreadable)
        engine.show(self._engine, name)
        self._relations.add(name)
        return None

    def _lock(self) -> None:
        if not self._locked:
            engine.lock(self._engine)
            self._locked = True

    def _answer(self, answer: dict[str, Any]) -> None:
        self._answers.write(json.dumps(answer).encode() + b"\n")
        self._answers.flush()


def _leave_no_traces() -> None:
    """Let nobody else read what is spilled, and leave no image of the memory when the process is brought down."""
    import resource

    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory(limit: int) -> None:
    """Bound what the engine allocates beyond its own accounts, such as one enormous text."""
    import resource

    used = 64 * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit + used, limit + used))


if __name__ == "__main__":
    main()

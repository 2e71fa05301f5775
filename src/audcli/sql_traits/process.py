"""A worker as its starter sees it: requests go in, answers come out, and past its time it is killed.

worker = Process()
worker.ask({"do": "describe", "sql": "select 1"}, seconds=60)   ->   {"described": ...}
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from audcli.errors import AudcliError

if TYPE_CHECKING:
    import pyarrow as pa

_TIMEOUT_HINT = "make it read or join less, or give it more time with `--sql-timeout SECONDS`"
_MEMORY_HINT = "make it read or join less, or give more with `--memory-limit SIZE`"


class QueryFailed(AudcliError):
    """A query could not be run to its end."""


class Process:
    """A worker; once an answer has failed to come it is dead, and of no more use."""

    def __init__(self) -> None:
        """Start it: in a session of its own, so that Ctrl-C is ours to answer, with nothing of our environment."""
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "audcli.sql_traits.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "ARROW_DEFAULT_MEMORY_POOL": "system"},
            cwd="/",
            start_new_session=True,
        )

    def ask(self, request: Mapping[str, Any], seconds: float, rows: pa.RecordBatchReader | None = None) -> Any:
        """Give the answer to a request, which may be followed by rows. Raises `QueryFailed` where none comes in time.

        It is `QueryFailed` as well when the answer is that memory or the engine failed.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._killed_after(seconds):
            try:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
                if rows is not None:
                    _send(rows, self._process.stdin)
                line = self._process.stdout.readline()
            except BrokenPipeError:
                line = b""
        if not line.endswith(b"\n"):
            raise self._silence(seconds)
        answer = json.loads(line)
        if "failed" in answer:
            raise _failure(answer)
        return answer

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def rows(self) -> pa.RecordBatchReader:
        """Read the rows that follow the last answer; all of them are to be read before the next request."""
        import pyarrow as pa

        return pa.ipc.open_stream(self._process.stdout)

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # it had not read everything
                pipe.close()
        self._process.wait()

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._kill_late)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _silence(self, seconds: float) -> QueryFailed:
        if self._late:
            return QueryFailed(f"the query took longer than {seconds:g} seconds", hint=_TIMEOUT_HINT)
        return QueryFailed("the query brought its engine down, most likely for want of memory", hint=_MEMORY_HINT)


def _send(rows: pa.RecordBatchReader, pipe: Any) -> None:
    """Write rows into the pipe; raises `BrokenPipeError` where they cannot be handed over."""
    import pyarrow as pa

    try:
        with pa.ipc.new_stream(pipe, rows.schema) as stream:
            for batch in rows:
                stream.write_batch(batch)
        pipe.flush()
    except pa.ArrowException as error:
        raise BrokenPipeError from error


def _failure(answer: Mapping[str, str]) -> QueryFailed:
    if answer["failed"] == "memory":
        return QueryFailed("the query needs more working memory than it may use", hint=_MEMORY_HINT)
    return QueryFailed(f"the query failed: {answer['reason']}")

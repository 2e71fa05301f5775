"""A flat file opened: its columns, and its rows in batches, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from audcli.ingest.json_text import encode
from audcli.ingest.readers import Record

BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows with their places in the file (lines, or numbers of rows), and records of what is no row."""

    places: Sequence[int]
    rows: Sequence[list[Any]]
    unusable: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Table:
    """A flat file: its columns, the value of an absent cell, and its rows.

    `batches` is told at which places the columns stand that are used; the cells of all others may be absent. How
    many of the file's bytes were read so far says `bytes_read`.
    """

    columns: tuple[str, ...]
    absent: Any
    batches: Callable[[Collection[int]], Iterator[Batch]]
    bytes_read: Callable[[], int]


class RowRecord(NamedTuple):
    """A call made of a row: where the row stands, the call, and the time that it is given as it carries none."""

    line: int
    value: dict[str, Any]
    given_time: int | None

    @property
    def raw(self) -> bytes:
        """The call as a line of JSON, so that it can be repaired and ingested without any mapping."""
        if self.given_time is None:
            return encode(self.value)
        time = datetime(1970, 1, 1) + timedelta(microseconds=self.given_time)
        return encode(self.value | {"timestamp": f"{time.isoformat(timespec='microseconds')}Z"})

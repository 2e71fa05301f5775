"""The calls and rejects of one file on their way into the store, in temporary tables that may spill to disk.

Staging.add_call / add_reject  ->  staged_calls, staged_ids, staged_rejects
Staging.drop_duplicates        ->  staged_calls without the calls that the file or the store already has
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from audcli.ingest.calls import Call
from audcli.ingest.json_text import encode_many
from audcli.ingest.message_hashes import may_be_stored
from audcli.ingest.readers import Record
from audcli.ingest.rows import RowRecord
from audcli.ingest.shapes import Shapes
from audcli.ingest.unusable import Unusable
from audcli.stored_numbers import json_to_keep

BATCH_ROWS = 10_000
ROWS_OF_A_LINE = 1 << 24
"""The rows of the calls of line 1 begin with this number, those of line 2 with twice as many ..."""

_LARGEST_RAW = 1 << 20
_BATCH_RAW = 32 << 20

# row: orders the calls of the file as they stand there; its quotient by ROWS_OF_A_LINE is the line.
# first_type and first_value: its first id when it has more ids than user_id and anonymous_id, all of which then stand
# in staged_ids.
_CALLS = {
    "row": pa.int64(),
    "type": pa.string(),
    "name": pa.string(),
    "time": pa.timestamp("us"),
    "message_id": pa.string(),
    "content_id": pa.bool_(),
    "received_at": pa.timestamp("us"),
    "user_id": pa.string(),
    "anonymous_id": pa.string(),
    "first_type": pa.string(),
    "first_value": pa.string(),
    "group_id": pa.string(),
    "properties": pa.string(),
    "context": pa.string(),
    "shape": pa.int32(),
    "context_shape": pa.int32(),
}
# What is known of calls that were read many at a time.
_USUAL = {"layout": pa.int32(), "email": pa.string(), "phone": pa.string(), "is_plain": pa.bool_()}
_IDS = {"row": pa.int64(), "position": pa.int32(), "type": pa.string(), "value": pa.string()}
_REJECTS = {
    "line": pa.int64(),
    "reason": pa.string(),
    "detail": pa.string(),
    "digest": pa.string(),
    "raw": pa.binary(),
}


class Duplicates(NamedTuple):
    """How many calls were dropped: by message id, by content, and of the latter those repeated within the file."""

    ids: int
    content: int
    repeated_content: int


class Staging:
    """What was read of one file so far. Made and used within one transaction, which takes its tables back."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the temporary tables."""
        self.shapes = Shapes()
        self.rows = 0
        self.rejects: Counter[str] = Counter()
        self.connection = connection
        self._row = 0
        self._calls: list[Call] = []
        self._call_rows: list[int] = []
        self._reject_rows: list[tuple[Any, ...]] = []
        self._raw_bytes = 0
        for table, columns in (("calls", _CALLS | _USUAL), ("ids", _IDS), ("rejects", _REJECTS)):
            connection.register("empty", pa.schema(columns).empty_table())
            connection.execute(f"create temp table staged_{table} as select * from empty")
        connection.unregister("empty")

    def add_call(self, call: Call, line: int) -> None:
        """Take a call that stands in this line, after those of the same line taken so far."""
        self.rows += 1
        self._row = max(line * ROWS_OF_A_LINE, self._row + 1)
        self._call_rows.append(self._row)
        self._calls.append(call)
        if len(self._calls) >= BATCH_ROWS:
            self.flush()

    def add_reject(self, record: Record | RowRecord, problem: Unusable) -> None:
        """Take a record that cannot be used."""
        self.rejects[problem.reason] += 1
        raw = record.raw if len(record.raw) <= _LARGEST_RAW else None
        digest = hashlib.sha256(record.raw).hexdigest()
        self._reject_rows.append((record.line, problem.reason, problem.detail, digest, raw))
        self._raw_bytes += len(raw or b"")
        if len(self._reject_rows) >= BATCH_ROWS or self._raw_bytes >= _BATCH_RAW:
            self.flush()

    def flush(self) -> None:
        """Move what is in memory into the temporary tables."""
        if self._calls:
            self._flush_calls(Call(*zip(*self._calls, strict=True)))
            self._calls.clear()
            self._call_rows.clear()
        if self._reject_rows:
            self._insert("rejects", _REJECTS, list(zip(*self._reject_rows, strict=True)))
            self._reject_rows.clear()
            self._raw_bytes = 0

    def drop_duplicates(self) -> Duplicates:
        """Drop each call whose message id an earlier call of the file has, or a call in the store."""
        execute = self.connection.execute
        execute("""
            create temp table dropped as
            with repeated as (
                select message_id, min(row) as first from staged_calls group by message_id having count(*) > 1)
            select row, content_id, true as within_file
            from staged_calls join repeated using (message_id) where row > first""")
        if may_be_stored(self.connection):
            execute("""
                insert into dropped
                select row, content_id, false
                from staged_calls semi join calls using (message_id) anti join dropped using (row)""")
        counts = execute("""
            select count(*) filter (not content_id), count(*) filter (content_id),
                count(*) filter (content_id and within_file)
            from dropped""").fetchone()
        assert counts is not None
        if any(counts):
            execute("delete from staged_calls where row in (select row from dropped)")
            execute("delete from staged_ids where row in (select row from dropped)")
        return Duplicates(*counts)

    def drop(self) -> None:
        """Remove the temporary tables."""
        for table in ("staged_calls", "staged_ids", "staged_rejects", "dropped"):
            self.connection.execute(f"drop table if exists temp.{table}")

    def _flush_calls(self, columns: Any) -> None:
        """Insert calls, given as a call whose every field holds the values of all of them."""
        rows = self._call_rows
        calls = list(zip(columns.type, columns.name, strict=True))
        firsts = [ids[0] if ids else (None, None) for ids in columns.ids]
        with_context = [place for place, context in enumerate(columns.context) if context is not None]
        contexts = [columns.context[place] for place in with_context]
        context_shapes = self.shapes.number(
            [columns.context_signature[place] for place in with_context],
            contexts,
            [calls[place] for place in with_context],
            in_context=True,
        )
        shapes = self.shapes.number(columns.properties_signature, columns.properties, calls, in_context=False)
        self._insert(
            "calls",
            _CALLS,
            [
                rows,
                columns.type,
                columns.name,
                columns.time,
                columns.message_id,
                columns.content_id,
                columns.received_at,
                columns.user_id,
                columns.anonymous_id,
                *zip(*firsts, strict=True),
                columns.group_id,
                encode_many(columns.properties),
                _spread(encode_many(contexts), with_context, len(rows)),
                shapes,
                _spread(context_shapes, with_context, len(rows)),
            ],
            f"replace ({json_to_keep('properties')} as properties)",
        )
        ids = [
            (row, position, *id_)
            for row, row_ids in zip(rows, columns.ids, strict=True)
            for position, id_ in enumerate(row_ids)
        ]
        if ids:
            self._insert("ids", _IDS, list(zip(*ids, strict=True)))

    def _insert(
        self, table: str, types: dict[str, pa.DataType], columns: Sequence[Sequence[Any]], replaced: str = ""
    ) -> None:
        arrays = [
            pa.array(values, pa.int64()).cast(type_) if pa.types.is_timestamp(type_) else pa.array(values, type_)
            for values, type_ in zip(columns, types.values(), strict=True)
        ]
        self.connection.register("batch", pa.table(arrays, names=list(types)))
        self.connection.execute(f"insert into staged_{table} by name select * {replaced} from batch")
        self.connection.unregister("batch")


def _spread(values: Sequence[Any], places: Sequence[int], length: int) -> Sequence[Any]:
    """Give `length` values, those given at their places and None elsewhere."""
    if len(values) == length:
        return values
    spread = [None] * length
    for place, value in zip(places, values, strict=True):
        spread[place] = value
    return spread

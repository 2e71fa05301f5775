"""A flat file becomes records of calls: one or more of each row, as its mapping says.

id,plan / u1,pro  with  --as identify --map userId=id --time 2026-01-01
  ->  RowRecord(2, {"type": "identify", "userId": "u1", "traits": {"plan": "pro"}}, 1767225600000000)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from audcli.ingest.calls import CALL_TYPES
from audcli.ingest.columns import refuse_columns, refuse_layout
from audcli.ingest.csv_rows import open_csv
from audcli.ingest.json_text import encode, parse_many, problem_of_strings
from audcli.ingest.layouts import Layout, lay_out
from audcli.ingest.mapping import CallMapping
from audcli.ingest.parquet_rows import open_parquet
from audcli.ingest.readers import Record
from audcli.ingest.rows import Batch, RowRecord, Table
from audcli.ingest.unusable import MAX_DEPTH, Unusable
from audcli.ingest.values import canonical
from audcli.numbers import shortest_text

_OPENERS: dict[str, Callable[[str, ExitStack], Table]] = {"csv": open_csv, "parquet": open_parquet}

_Records = Iterator[Record | RowRecord]


class OpenRows(NamedTuple):
    """A flat file being read, and how many of its (compressed) bytes were read so far."""

    records: _Records
    bytes_read: Callable[[], int]


class _Unread(NamedTuple):
    """The cell of a column of JSON that holds none."""

    text: str
    problem: Unusable


def open_rows(
    file: str, format_: str, mappings: Sequence[CallMapping], resources: ExitStack, *, more_ids: bool
) -> OpenRows:
    """Open a file of `csv` or `parquet`, to be closed with `resources`; each row becomes a call by each mapping.

    With `more_ids` the project finds external ids at places of its own. Raises `AudcliError`, as reading does, for a
    file that is damaged, and for one whose columns do not make the calls.
    """
    table = _OPENERS[format_](file, resources)
    if not table.columns:
        return OpenRows(iter(()), table.bytes_read)
    readings = []
    for mapping in mappings:
        refuse_columns(file, table.columns, mapping)
        refuse_layout(file, table.columns, lay_out(table.columns, mapping, mapping.type), more_ids=more_ids)
        readings.append(_Reading(table, mapping))
    return OpenRows(_records(table, readings), table.bytes_read)


def _records(table: Table, readings: Sequence[_Reading]) -> _Records:
    used = {at for reading in readings for at in reading.places}
    objects = {at for reading in readings for layout in reading.layouts.values() for _, at in layout.objects}
    for batch in table.batches(used):
        for at in objects:
            _parse_column(batch, at)
        for place, row in zip(batch.places, batch.rows, strict=True):
            for reading in readings:
                if reading.wants(row):
                    yield reading.call_of(place, row)
        yield from batch.unusable


def _parse_column(batch: Batch, at: int) -> None:
    """Replace the texts of a column by the JSON values that they hold; what is none becomes `_Unread`."""
    rows = [row for row in batch.rows if type(row[at]) is str and row[at]]
    for row, value in zip(rows, parse_many([row[at].encode() for row in rows]), strict=True):
        problem = value if isinstance(value, Unusable) else _problem_of(row[at], value)
        row[at] = value if problem is None else _Unread(row[at], problem)


def _problem_of(text: str, value: Any) -> Unusable | None:
    if value is not None and type(value) is not dict:
        return Unusable("wrong_type", "a column of `properties`, `traits` or `context` holds no JSON object")
    if "\\u" in text and (problem := problem_of_strings(value)):
        return problem
    if text.count("{") + text.count("[") >= MAX_DEPTH:
        try:
            canonical(value, 2)
        except Unusable as problem:
            return problem
    return None


class _Reading:
    """How a mapping reads the rows of one table."""

    def __init__(self, table: Table, mapping: CallMapping) -> None:
        """Lay out calls of every type that rows may have."""
        self._absent = table.absent
        self._mapping = mapping
        self._default = lay_out(table.columns, mapping, mapping.type)
        self.layouts = {mapping.type: self._default}
        if self._default.type_at is not None:
            self.layouts |= {type_: lay_out(table.columns, mapping, type_) for type_ in sorted(CALL_TYPES)}
        self._only_with = [table.columns.index(column) for column in mapping.only_with]
        self.places = {at for layout in self.layouts.values() for at in layout.places}.union(self._only_with)

    def wants(self, row: Sequence[Any]) -> bool:
        """Tell whether a row becomes this call at all."""
        return all(row[at] != self._absent for at in self._only_with)

    def call_of(self, place: int, row: Sequence[Any]) -> Record | RowRecord:
        """Make the record of a row."""
        absent, layout, type_ = self._absent, self._default, self._mapping.type
        if layout.type_at is not None and row[layout.type_at] != absent:
            type_ = row[layout.type_at]
            layout = self.layouts.get(type_, layout) if type(type_) is str else layout
        call = {name: row[at] for name, at in layout.fields if row[at] != absent}
        if type_ is not None:
            call["type"] = type_
        body = {name: row[at] for name, at in layout.body if row[at] != absent}
        problem = _add_objects(call, body, layout, row, absent) if layout.objects else None
        if body:
            call[layout.body_field] = [body, call[layout.body_field]] if layout.body_field in call else body
        name_field = layout.name_field
        if name_field is not None and name_field not in call and self._mapping.event is not None:
            call[name_field] = self._mapping.event
        if layout.own_ids and "messageId" in call:
            _qualify_id(call, layout)
        if problem is not None:
            return Record(place, encode(call), problem)
        return RowRecord(place, call, self._mapping.time)


def _add_objects(
    call: dict[str, Any], body: dict[str, Any], layout: Layout, row: Sequence[Any], absent: Any
) -> Unusable | None:
    """Merge what columns of JSON hold; a column of its own goes before a name within such a one.

    Text that is no JSON object stands in the call as it is, for the list of rejects.
    """
    problem = None
    for field, at in layout.objects:
        value = row[at]
        if value is None or value == absent:
            continue
        if type(value) is _Unread:
            problem, value = value.problem, value.text
        if field == layout.body_field and type(value) is dict:
            for name, item in value.items():
                body.setdefault(name, item)
        else:
            call[field] = value
    return problem


def _qualify_id(call: dict[str, Any], layout: Layout) -> None:
    """Let a message id that a mapping takes from a column count per call type and event name."""
    value = call["messageId"]
    if type(value) is float and math.isfinite(value):
        value = shortest_text(value)
    elif type(value) not in (str, int):
        return
    text = str(value).strip()
    if not text:
        del call["messageId"]
        return
    parts = [str(layout.type)]
    if layout.name_field is not None:
        name = str(call.get(layout.name_field, ""))
        parts.append(name.replace("\\", "\\\\").replace(":", "\\:"))
    call["messageId"] = ":".join([*parts, text])

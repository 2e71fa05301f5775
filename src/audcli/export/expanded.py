"""Traits with a line for each of an entity's values of an id type, and a column for each type.

key,value,external_ids,email,phone
use_4k…,7,"{…}",a@x.com,+16577770000
use_4k…,7,"{…}",b@x.com,
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.lines import MEMBER, Layout, ids_of, key_and_ids, whole_members
from audcli.export.quoting import cells

_CHARACTERS = 4_000_000
"""How much text is handed over at a time, at least."""


def expanded_lines(rows: Iterable[pa.RecordBatch], layout: Layout, present: Sequence[int]) -> Iterator[pa.StringArray]:
    """Make the lines of each entity; `present` are the kinds of ids that have a column, in their order.

    An entity without any ids has one line.
    """
    waiting: list[str] = []
    size = 0
    for table in whole_members(rows):
        for line in _lines(table, layout, present):
            waiting.append(line)
            size += len(line)
            if size >= _CHARACTERS:
                yield pa.array(waiting, pa.string())
                waiting, size = [], 0
    yield pa.array(waiting, pa.string())


def _lines(table: pa.Table, layout: Layout, present: Sequence[int]) -> Iterator[str]:
    ids = ids_of(table)
    beginnings = key_and_ids(table.filter(pc.equal(table.column("kind"), MEMBER)), ids, layout).to_pylist()
    kinds, texts, bounds = ids.kinds.to_pylist(), cells(ids.texts).to_pylist(), ids.bounds.to_pylist()
    for number, beginning in enumerate(beginnings):
        by_kind: dict[int, list[str]] = {}
        for place in range(bounds[number], bounds[number + 1]):
            by_kind.setdefault(kinds[place], []).append(texts[place])
        columns = [by_kind.get(kind, []) for kind in present]
        for place in range(max((len(column) for column in columns), default=0) or 1):
            row = [column[place] if place < len(column) else "" for column in columns]
            yield ",".join([beginning, *row]) + layout.line_end

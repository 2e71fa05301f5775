"""Traits with a line for each of an entity's values of an id type, and a column for each type.

key,value,external_ids,email,phone
use_4k…,7,"{…}",a@x.com,+16577770000
use_4k…,7,"{…}",b@x.com,
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from audcli.export.lines import Layout, Members, key_and_ids, whole_members
from audcli.export.quoting import cells

_CHARACTERS = 4_000_000
"""How much text is handed over at a time, at least."""


def expanded_lines(rows: Iterable[pa.RecordBatch], layout: Layout, present: Sequence[int]) -> Iterator[pa.StringArray]:
    """Make the lines of each entity; `present` are the kinds of ids that have a column, in their order.

    An entity without any ids has one line.
    """
    waiting: list[str] = []
    size = 0
    for members in whole_members(rows):
        for line in _lines(members, layout, present):
            waiting.append(line)
            size += len(line)
            if size >= _CHARACTERS:
                yield pa.array(waiting, pa.string())
                waiting, size = [], 0
    yield pa.array(waiting, pa.string())


def _lines(members: Members, layout: Layout, present: Sequence[int]) -> Iterator[str]:
    beginnings = key_and_ids(members, layout).to_pylist()
    kinds, texts = members.kinds.to_pylist(), cells(members.texts("text")).to_pylist()
    starts = members.starts.to_pylist()
    for beginning, start, end in zip(beginnings, starts, [*starts[1:], len(kinds)], strict=True):
        by_kind: dict[int, list[str]] = {}
        for row in range(start + 1, end):
            by_kind.setdefault(kinds[row], []).append(texts[row])
        columns = [by_kind.get(kind, []) for kind in present]
        for place in range(max((len(column) for column in columns), default=0) or 1):
            row_of_ids = [column[place] if place < len(column) else "" for column in columns]
            yield ",".join([beginning, *row_of_ids]) + layout.line_end

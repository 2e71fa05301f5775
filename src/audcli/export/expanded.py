"""Traits with a line for each of an entity's values of an id type, and a column for each type.

key,value,external_ids,email,phone
use_4k…,7,"{…}",a@x.com,+16577770000
use_4k…,7,"{…}",b@x.com,
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.lines import Layout, key_and_ids
from audcli.export.quoting import cells
from audcli.export.whole_members import Members, members_of

_CHARACTERS = 4_000_000
"""How much text is handed over at a time, at least."""


def expanded_lines(
    pieces: Iterable[tuple[pa.Table, pa.Table]], layout: Layout, present: Sequence[int]
) -> Iterator[pa.StringArray]:
    """Make the lines of each entity; the pieces are what `whole_members` gives.

    `present` are the kinds of ids that have a column, in their order. An entity without any ids has one line.
    """
    waiting: list[str] = []
    size = 0
    for rows, ids in pieces:
        for line in _lines(members_of(rows, ids), layout, present):
            waiting.append(line)
            size += len(line)
            if size >= _CHARACTERS:
                yield pa.array(waiting, pa.string())
                waiting, size = [], 0
    yield pa.array(waiting, pa.string())


def _lines(members: Members, layout: Layout, present: Sequence[int]) -> Iterator[str]:
    beginnings = pc.binary_join_element_wise(*key_and_ids(members, layout), "").to_pylist()
    kinds, texts = members.kinds.to_pylist(), cells(members.texts).to_pylist()
    bounds = members.bounds.to_pylist()
    for beginning, start, end in zip(beginnings, bounds[:-1], bounds[1:], strict=True):
        by_kind: dict[int, list[str]] = {}
        for row in range(start, end):
            by_kind.setdefault(kinds[row], []).append(texts[row])
        columns = [by_kind.get(kind, []) for kind in present]
        for place in range(max((len(column) for column in columns), default=0) or 1):
            row_of_ids = [column[place] if place < len(column) else "" for column in columns]
            yield ",".join([beginning, *row_of_ids]) + layout.line_end

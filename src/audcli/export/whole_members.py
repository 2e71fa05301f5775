"""Members and their ids, two streams in the same order, as pieces that hold some members and all of their ids.

    members  place  key          ids  place  kind  first_seen  text          bounds
             0      use_4k…           0      0     2026-01-01  a@x.com       0 2 2
             1      use_8f…           0      0     2026-01-02  b@x.com

The kind of an id is the place of its type among the types by name. DuckDB sorts both streams and spills to disk; what
is in memory here are some tens of thousands of ids, or as many as the member with most has.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

NO_KIND = -1
"""What comes after the last id of a member."""

# Made once, since Arrow is slow to take constants from Python.
_ONE = pa.scalar(1, pa.int32())
_NO_KIND = pa.scalar(NO_KIND, pa.int32())


@dataclass(frozen=True, slots=True)
class Members:
    """Some members: a row of `table` each; the texts of all their ids; of each id its kind, and that of the one after.

    The ids of a member stand from its place in `bounds` up to the next one there, one of `bounds` more than members.
    """

    table: pa.Table
    texts: pa.StringArray
    kinds: pa.Int32Array
    next_kinds: pa.Int32Array
    bounds: pa.Int32Array

    def values(self, name: str) -> pa.StringArray:
        """Give the column of members of that name."""
        return self.table.column(name).combine_chunks()

    def of_first_ids(self, values: pa.Array) -> pa.Array:
        """Pick of each member the value that belongs to its first id; null where it has none."""
        starts, ends = self.bounds.slice(0, len(self.table)), self.bounds.slice(1)
        return values.take(pc.if_else(pc.less(starts, ends), starts, None))

    def joined(self, pieces: pa.StringArray) -> pa.StringArray:
        """Join the pieces of each member's ids: nothing is copied, as Arrow keeps texts one after the other."""
        _, offsets, characters = pieces.buffers()
        all_offsets = pa.Array.from_buffers(pa.int32(), len(pieces) + 1, [None, offsets])
        return pa.StringArray.from_buffers(len(self.table), all_offsets.take(self.bounds).buffers()[1], characters)


def whole_members(members: Iterable[pa.RecordBatch], ids: pa.RecordBatchReader) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Cut both streams where members begin: give the rows of some members and those of their ids.

    Both come in order of place, the ids also of kind and first seen.
    """
    stream = _Stream(members)
    next_place = 0
    for table in whole_tables(ids):
        after = table.column("place")[-1].as_py() + 1
        yield stream.take(after - next_place), table
        next_place = after
    for rest in stream.rest():
        yield rest, ids.schema.empty_table()


def members_of(rows: pa.Table, ids: pa.Table) -> Members:
    """Bring together what `whole_members` gives: the longer work, which can be done elsewhere meanwhile."""
    ids = _with_ties_in_order(ids)
    places, kinds, texts = (ids.column(name).combine_chunks() for name in ("place", "kind", "text"))
    is_last = pc.fill_null(pc.not_equal(places, moved_up(places)), True)
    next_kinds = pc.if_else(is_last, _NO_KIND, moved_up(kinds))
    last = pc.indices_nonzero(is_last).cast(pa.int32())
    return Members(rows, texts, kinds, next_kinds, _bounds(rows, places.take(last), pc.add(last, _ONE)))


def moved_up(values: pa.Array) -> pa.Array:
    """Put each value in the place of the one before it, and null in the last place."""
    return pa.concat_arrays([values.slice(1), pa.nulls(min(len(values), 1), values.type)])


def moved_down(values: pa.Array) -> pa.Array:
    """Put each value in the place of the one after it, and null in the first place."""
    return pa.concat_arrays([pa.nulls(min(len(values), 1), values.type), values.slice(0, max(len(values) - 1, 0))])


class _Stream:
    """Rows to be taken as many at a time as one likes."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self._waiting: list[pa.RecordBatch] = []

    def take(self, count: int) -> pa.Table:
        """Give the next `count` rows, which there are."""
        taken: list[pa.RecordBatch] = []
        while count > 0:
            batch = self._waiting.pop() if self._waiting else next(self._batches)
            taken.append(batch.slice(0, count))
            if batch.num_rows > count:
                self._waiting.append(batch.slice(count))
            count -= batch.num_rows
        return pa.Table.from_batches(taken)

    def rest(self) -> Iterator[pa.Table]:
        """Give the rows that were not taken."""
        for batch in itertools.chain(self._waiting, self._batches):
            yield pa.Table.from_batches([batch])


def whole_tables(ids: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut a stream of ids where those of a member begin."""
    waiting: list[pa.RecordBatch] = []
    for batch in ids:
        if not batch.num_rows:
            continue
        places = batch.column("place")
        last_begins = pc.index(places, places[-1]).as_py()
        if last_begins or (waiting and waiting[0].column("place")[0] != places[0]):
            yield pa.Table.from_batches([*waiting, batch.slice(0, last_begins)])
            waiting = []
        waiting.append(batch.slice(last_begins))
    if waiting:
        yield pa.Table.from_batches(waiting)


def _with_ties_in_order(table: pa.Table) -> pa.Table:
    """Sort by value the ids of a type that a member was first seen with at the same time.

    They are rare, and without the texts among what it sorts by DuckDB needs a third less time.
    """
    order = [table.column(name).combine_chunks() for name in ("slot", "first_seen")]
    differs = (pc.not_equal(column, moved_up(column)) for column in order)
    if pc.all(reduce(pc.or_, differs)).as_py():
        return table
    return table.sort_by([(name, "ascending") for name in ("slot", "first_seen", "text")])


def _bounds(table: pa.Table, places: pa.Array, ends: pa.Int32Array) -> pa.Int32Array:
    """Give where ids begin and end, knowing where they end for the members that have some."""
    if len(ends) < len(table):
        having = pc.index_in(table.column("place").combine_chunks(), value_set=places)
        ends = pc.fill_null(pc.fill_null_forward(ends.take(having)), 0)
    return pa.concat_arrays([pa.array([0], pa.int32()), ends])

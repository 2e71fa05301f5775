"""Members as lines of CSV, put together many at a time.

    place  kind  text        ->   use_4k…,"{""email"":[""a@x.com"",""b@x.com""]}"⏎
    0      -1    use_4k…          use_8f…,{}⏎
    0      0     a@x.com
    0      0     b@x.com
    1      -1    use_8f…

A member is a row of its own, of kind -1 and with the texts of its traits, followed by a row for each id; the kind of
an id is the place of its type among the types by name. What stands between two texts depends on the kinds of their
rows alone. So the texts of all rows are joined in one go, and cut into lines where members begin.

DuckDB sorts these rows and spills to disk; what is in memory here are some tens of thousands of them, or as many as
the member with most ids has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.quoting import cells, is_plain, json_escaped

MEMBER = -1
"""The kind of a row that is a member; those of ids count from 0."""

_WORKERS = 2
"""How many tables of rows become lines at the same time, while others are sorted and written."""

# Made once, since Arrow is slow to take constants from Python.
_A_MEMBER = pa.scalar(MEMBER, pa.int32())
_COMMA, _NOTHING = pa.scalar(","), pa.scalar("")


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in a line: `key`, values before the ids, `external_ids`, columns of ids, values after them.

    `types` are the names of the kinds of ids; `first_columns` says where the columns of each begin, None where ids have
    no columns, and `columns` how many there are of them.
    """

    types: Sequence[str]
    line_end: str
    values_before: Sequence[str] = ()
    values_after: Sequence[str] = ()
    first_columns: Sequence[int] | None = None
    columns: int = 0


def member_lines(rows: Iterable[pa.RecordBatch], layout: Layout) -> Iterator[pa.StringArray]:
    """Make a line of each member; the rows come in order of member, kind and place within the kind."""
    with ThreadPoolExecutor(_WORKERS) as workers:
        under_way: deque[Future[pa.StringArray]] = deque()
        for members in whole_members(rows):
            under_way.append(workers.submit(_lines, members, layout))
            if len(under_way) > _WORKERS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


@dataclass(frozen=True, slots=True)
class Members:
    """The rows of some members, all of each: their kinds, those of the rows after them, and where members begin.

    After the last row comes another member, as it were.
    """

    table: pa.Table
    kinds: pa.Int32Array
    next_kinds: pa.Int32Array
    starts: pa.Int32Array

    def texts(self, name: str) -> pa.StringArray:
        """Give the column of that name."""
        return self.table.column(name).combine_chunks()

    def is_member(self) -> pa.BooleanArray:
        """Tell of each row whether it is a member and no id."""
        return pc.equal(self.kinds, _A_MEMBER)

    def is_last(self) -> pa.BooleanArray:
        """Tell of each row whether it is the last one of its member."""
        return pc.equal(self.next_kinds, _A_MEMBER)

    def cut(self, pieces: pa.StringArray) -> pa.StringArray:
        """Join the pieces of each member's rows: nothing is copied, as Arrow keeps texts one after the other."""
        _, offsets, characters = pieces.buffers()
        bounds = pa.Array.from_buffers(pa.int32(), len(pieces) + 1, [None, offsets])
        all_starts = pa.concat_arrays([self.starts, pa.array([len(pieces)], pa.int32())])
        return pa.StringArray.from_buffers(len(self.starts), bounds.take(all_starts).buffers()[1], characters)


def whole_members(rows: Iterable[pa.RecordBatch]) -> Iterator[Members]:
    """Cut a stream of rows where members begin."""
    waiting: list[pa.RecordBatch] = []
    for batch in rows:
        starts = _starts(batch.column("kind"))
        if len(starts):
            last = starts[-1].as_py()
            waiting.append(batch.slice(0, last))
            if any(each.num_rows for each in waiting):
                yield _members(waiting)
            waiting = [batch.slice(last)]
        else:
            waiting.append(batch)
    if waiting:
        yield _members(waiting)


def _starts(kinds: pa.Int32Array) -> pa.Int32Array:
    return pc.indices_nonzero(pc.equal(kinds, _A_MEMBER)).cast(pa.int32())


def _members(batches: Sequence[pa.RecordBatch]) -> Members:
    table = _with_ties_in_order(pa.Table.from_batches(batches).combine_chunks())
    kinds = table.column("kind").combine_chunks()
    return Members(table, kinds, _next(kinds, MEMBER), _starts(kinds))


def _with_ties_in_order(table: pa.Table) -> pa.Table:
    """Sort by value the ids of a type that a member was first seen with at the same time.

    They are rare, and without the texts among what it sorts by DuckDB needs a third less time.
    """
    order = [table.column(name) for name in ("place", "kind", "first_seen")]
    differs = (pc.not_equal(column.slice(1), column.slice(0, len(table) - 1)) for column in order)
    if pc.all(reduce(pc.or_, differs)).as_py():
        return table
    return table.sort_by([(name, "ascending") for name in ("place", "kind", "first_seen", "text")])


def _next(values: pa.Int32Array, after_all: int) -> pa.Int32Array:
    return pa.concat_arrays([values.slice(1), pa.array([after_all], values.type)])


def _lines(members: Members, layout: Layout) -> pa.StringArray:
    parts = [key_and_ids(members, layout)]
    if layout.first_columns is not None:
        parts.append(_id_cells(members, layout.first_columns, layout.columns))
    for name in layout.values_after:
        parts += [_COMMA, cells(members.texts(name).take(members.starts))]
    return pc.binary_join_element_wise(*parts, layout.line_end, _NOTHING)


def key_and_ids(members: Members, layout: Layout) -> pa.StringArray:
    """Write what every line of a member begins with: its key, the values before its ids, and all its ids as JSON."""
    texts = _keys_and_ids(members)
    for name in layout.values_before:
        with_value = pc.binary_join_element_wise(texts, cells(members.texts(name)), _COMMA)
        texts = pc.if_else(members.is_member(), with_value, texts)
    between = _between(layout.types).take(_which_between(members, len(layout.types)))
    return members.cut(pc.binary_join_element_wise(texts, between, _NOTHING))


def _keys_and_ids(members: Members) -> pa.StringArray:
    """Write keys as cells, and ids as they stand within JSON within a cell."""
    texts = members.texts("text")
    return texts if is_plain(texts) else pc.if_else(members.is_member(), cells(texts), json_escaped(texts))


def _between(types: Sequence[str]) -> pa.StringArray:
    """Give what can stand after a text in the cell of `external_ids`, in the order that `_which_between` speaks of."""
    names = [f'""{name}"":[""' for name in json_escaped(pa.array(types, pa.string())).to_pylist()]
    openings = [f',"{{{name}' for name in names]
    return pa.array(['"",""', '""]}"', ",{}", *openings, *(f'""],{name}' for name in names)], pa.string())


def _which_between(members: Members, types: int) -> pa.Int32Array:
    is_last = members.is_last()
    opening = pc.add(members.next_kinds, 3)
    after_member = pc.if_else(is_last, 2, opening)
    after_id = pc.if_else(pc.equal(members.kinds, members.next_kinds), 0, pc.add(opening, types))
    return pc.if_else(members.is_member(), after_member, pc.if_else(is_last, 1, after_id))


def _id_cells(members: Members, first_columns: Sequence[int], columns: int) -> pa.StringArray:
    """Write the cells of each member's ids, a comma before each, blank ones too."""
    own = _columns(members.kinds, first_columns)
    following = pc.if_else(members.is_last(), columns - 1, _next(own, columns - 1))
    commas = pc.binary_repeat(_COMMA, pc.subtract(following, own))
    ids = pc.if_else(members.is_member(), _NOTHING, cells(members.texts("text")))
    return members.cut(pc.binary_join_element_wise(ids, commas, _NOTHING))


def _columns(kinds: pa.Int32Array, first_columns: Sequence[int]) -> pa.Int32Array:
    """Number the column of each row: of ids from 0, of members -1."""
    rows = pc.indices_nonzero(pc.is_valid(kinds)).cast(pa.int32())
    before = pa.concat_arrays([pa.array([MEMBER], kinds.type), kinds.slice(0, len(kinds) - 1)])
    is_first = pc.or_(pc.not_equal(kinds, before), pc.equal(kinds, _A_MEMBER))
    first_rows = pc.cumulative_max(pc.if_else(is_first, rows, pa.scalar(0, pa.int32())))
    first = pa.array([MEMBER, *first_columns], pa.int32()).take(pc.add(kinds, 1))
    return pc.add(first, pc.subtract(rows, first_rows))

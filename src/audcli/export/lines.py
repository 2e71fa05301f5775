"""Members as lines of CSV, put together many at a time.

    place  kind  text              ->   use_4k…,"{""email"":[""a@x.com"",""b@x.com""]}"⏎
    0      -1    use_4k…                use_8f…,{}⏎
    0      0     a@x.com
    0      0     b@x.com
    1      -1    use_8f…

A member is a row of its own, of kind -1 and with the texts of its traits, followed by a row for each id; the kind of
an id is the place of its type among the types by name. DuckDB sorts these rows and spills to disk; what is in memory
here are some tens of thousands of them, or as many as the member with most ids has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.quoting import cells, json_escaped

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
        for table in whole_members(rows):
            under_way.append(workers.submit(_lines, table, layout))
            if len(under_way) > _WORKERS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def whole_members(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut a stream of rows where members begin, so that each table has all rows of its members."""
    waiting: list[pa.RecordBatch] = []
    for batch in rows:
        starts = _starts(batch)
        if len(starts):
            last = starts[-1].as_py()
            waiting.append(batch.slice(0, last))
            if any(each.num_rows for each in waiting):
                yield pa.Table.from_batches(waiting).combine_chunks()
            waiting = [batch.slice(last)]
        else:
            waiting.append(batch)
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()


def _starts(rows: pa.RecordBatch | pa.Table) -> pa.UInt64Array:
    return pc.indices_nonzero(pc.equal(rows.column("kind"), _A_MEMBER))


@dataclass(frozen=True, slots=True)
class MemberIds:
    """The ids of some members: `bounds` are the indices at which those of each member begin, and the end of all.

    `begins_type` and `begins_member` tell of each id whether it is the first of its type, of its member.
    """

    kinds: pa.Int32Array
    texts: pa.StringArray
    begins_type: pa.BooleanArray
    begins_member: pa.BooleanArray
    bounds: pa.Int32Array

    def joined(self, pieces: pa.StringArray) -> pa.StringArray:
        """Join the pieces of each member's ids."""
        return pc.binary_join(pa.ListArray.from_arrays(self.bounds, pieces), "")


def _lines(table: pa.Table, layout: Layout) -> pa.StringArray:
    members = table.filter(pc.equal(table.column("kind"), _A_MEMBER))
    ids = ids_of(table)
    parts = [key_and_ids(members, ids, layout)]
    if layout.first_columns is not None:
        parts += _id_cells(ids, layout.first_columns, layout.columns)
    for name in layout.values_after:
        parts += [_COMMA, cells(_one_chunk(members, name))]
    return pc.binary_join_element_wise(*parts, layout.line_end, _NOTHING)


def key_and_ids(members: pa.Table, ids: MemberIds, layout: Layout) -> pa.StringArray:
    """Write what every line of a member begins with: its key, the values before its ids, and all its ids as JSON."""
    parts = [cells(_one_chunk(members, "text"))]
    parts += [cells(_one_chunk(members, name)) for name in layout.values_before]
    return pc.binary_join_element_wise(*parts, _external_ids(ids, layout.types), _COMMA)


def ids_of(table: pa.Table) -> MemberIds:
    """Take the rows of ids out of a table of whole members."""
    kinds = _one_chunk(table, "kind")
    before = pa.concat_arrays([pa.array([MEMBER], kinds.type), kinds.slice(0, len(kinds) - 1)])
    is_id = pc.not_equal(kinds, _A_MEMBER)
    starts = _starts(table).cast(pa.int32())
    members_before = pa.array(range(len(starts)), pa.int32())
    bounds = pa.concat_arrays([pc.subtract(starts, members_before), pa.array([len(kinds) - len(starts)], pa.int32())])
    return MemberIds(
        kinds=kinds.filter(is_id),
        texts=_one_chunk(table, "text").filter(is_id),
        begins_type=pc.not_equal(kinds, before).filter(is_id),
        begins_member=pc.equal(before, _A_MEMBER).filter(is_id),
        bounds=bounds,
    )


def _one_chunk(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _external_ids(ids: MemberIds, types: Sequence[str]) -> pa.StringArray:
    """Write the cell of each member's ids: JSON, by type."""
    names = [f'""{name}"":[""' for name in json_escaped(pa.array(types, pa.string())).to_pylist()]
    openings = [',""', *names, *(f"],{name}" for name in names)]
    opening = pc.if_else(
        ids.begins_member,
        pc.add(ids.kinds, 1),
        pc.if_else(ids.begins_type, pc.add(ids.kinds, 1 + len(types)), 0),
    )
    pieces = pc.binary_join_element_wise(
        pa.array(openings, pa.string()).take(opening), json_escaped(ids.texts), '""', _NOTHING
    )
    quoted = pc.binary_join_element_wise('"{', ids.joined(pieces), ']}"', "")
    return pc.if_else(_has_ids(ids), quoted, "{}")


def _has_ids(ids: MemberIds) -> pa.BooleanArray:
    return pc.not_equal(ids.bounds.slice(0, len(ids.bounds) - 1), ids.bounds.slice(1))


def _id_cells(ids: MemberIds, first_columns: Sequence[int], columns: int) -> list[pa.StringArray]:
    """Write the cells of each member's ids, each with the commas before it, and then the commas up to the width."""
    indices = pa.array(range(len(ids.kinds)), pa.int32())
    begin = pc.cumulative_max(pc.if_else(ids.begins_type, indices, pa.scalar(0, pa.int32())))
    own = pc.add(pa.array(first_columns, pa.int32()).take(ids.kinds), pc.subtract(indices, begin))
    before = pa.concat_arrays([pa.array([-1], pa.int32()), own.slice(0, max(len(own) - 1, 0))]).slice(0, len(own))
    commas = pc.subtract(own, pc.if_else(ids.begins_member, -1, before))
    pieces = pc.binary_join_element_wise(pc.binary_repeat(_COMMA, commas), cells(ids.texts), _NOTHING)
    lasts = pc.if_else(_has_ids(ids), pc.subtract(ids.bounds.slice(1), 1), None)
    last_columns = pc.fill_null(own.take(lasts), -1)
    blanks = pc.subtract(columns - 1, last_columns)
    return [ids.joined(pieces), pc.binary_repeat(_COMMA, blanks)]

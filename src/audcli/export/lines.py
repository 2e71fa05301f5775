"""Members as lines of CSV, put together many at a time.

    use_4k…   email a@x.com, email b@x.com   ->   use_4k…,"{""email"":[""a@x.com"",""b@x.com""]}"⏎
    use_8f…                                       use_8f…,{}⏎

What stands between the texts of two ids depends on their kinds alone. So the texts of the ids of many members are
joined with it in one go, cut where members begin, and put between what else their lines have.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.quoting import cells, json_escaped
from audcli.export.whole_members import NO_KIND, Members, members_of, moved_down, moved_up

_WORKERS = 2
"""How many pieces become lines at the same time, while others are sorted and written."""

# Made once, since Arrow is slow to take constants from Python.
_COMMA, _NOTHING = pa.scalar(","), pa.scalar("")
_ZERO = pa.scalar(0, pa.int32())


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


def member_lines(pieces: Iterable[tuple[pa.Table, pa.Table]], layout: Layout) -> Iterator[pa.StringArray]:
    """Make a line of each member; the pieces are what `whole_members` gives."""
    with ThreadPoolExecutor(_WORKERS) as workers:
        under_way: deque[Future[pa.StringArray]] = deque()
        for rows, ids in pieces:
            under_way.append(workers.submit(_lines, rows, ids, layout))
            if len(under_way) > _WORKERS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _lines(rows: pa.Table, ids: pa.Table, layout: Layout) -> pa.StringArray:
    members = members_of(rows, ids)
    parts = key_and_ids(members, layout)
    if layout.first_columns is not None:
        parts += _id_cells(members, layout.first_columns, layout.columns)
    for name in layout.values_after:
        parts += [_COMMA, cells(members.values(name))]
    return pc.binary_join_element_wise(*parts, layout.line_end, _NOTHING)


def key_and_ids(members: Members, layout: Layout) -> list[pa.StringArray | pa.StringScalar]:
    """Write what every line of a member begins with: its key, the values before its ids, and all its ids as JSON.

    They are parts yet to be joined, as a line is joined only once.
    """
    parts = [cells(members.values("key")), _COMMA]
    for name in layout.values_before:
        parts += [cells(members.values(name)), _COMMA]
    names = [f'""{name}"":[""' for name in json_escaped(pa.array(layout.types, pa.string())).to_pylist()]
    beginnings = pa.array([f'"{{{name}' for name in names], pa.string())
    between = pa.array(['""]}"', *(f'""],{name}' for name in names), '"",""'], pa.string())
    is_followed_by_its_like = pc.equal(members.kinds, members.next_kinds)
    following = pc.if_else(is_followed_by_its_like, pa.scalar(len(names), pa.int32()), members.next_kinds)
    ids = pc.binary_join_element_wise(json_escaped(members.texts), between.take(pc.add(following, 1)), _NOTHING)
    return [*parts, beginnings.take(members.of_first_ids(members.kinds)).fill_null("{}"), members.joined(ids)]


def _id_cells(members: Members, first_columns: Sequence[int], columns: int) -> list[pa.StringArray]:
    """Write the cells of each member's ids, a comma before each, blank ones too: those before the first, and the rest.

    They are two parts yet to be joined.
    """
    own = _columns(members, first_columns)
    following = pc.if_else(pc.equal(members.next_kinds, NO_KIND), columns - 1, moved_up(own))
    commas = pa.array([_COMMA.as_py() * count for count in range(columns + 1)], pa.string())
    ids = pc.binary_join_element_wise(cells(members.texts), commas.take(pc.subtract(following, own)), _NOTHING)
    before_first = commas.take(pc.fill_null(pc.add(members.of_first_ids(own), 1), columns))
    return [before_first, members.joined(ids)]


def _columns(members: Members, first_columns: Sequence[int]) -> pa.Int32Array:
    """Number the column of each id, from 0."""
    rows = pc.indices_nonzero(pc.is_valid(members.kinds)).cast(pa.int32())
    ends_column = pc.not_equal(members.kinds, members.next_kinds)
    begins_column = pc.fill_null(moved_down(ends_column), True)
    first_rows = pc.cumulative_max(pc.if_else(begins_column, rows, _ZERO))
    return pc.add(pa.array(first_columns, pa.int32()).take(members.kinds), pc.subtract(rows, first_rows))

"""How many columns the ids of each kind take: as many as the member with most of them has.

place  kind         kind  columns
0      0            0     2
0      0       ->   1     1
1      1
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from audcli.export.whole_members import moved_down, moved_up, whole_tables


def widths(ids: Iterable[pa.RecordBatch]) -> dict[int, int]:
    """Count for each kind that a member has how many ids of it the member with most has.

    The ids come in order of place and kind.
    """
    most: dict[int, int] = {}
    for table in whole_tables(ids):
        places, kinds = (table.column(name).combine_chunks() for name in ("place", "kind"))
        differs = pc.or_(pc.not_equal(places, moved_down(places)), pc.not_equal(kinds, moved_down(kinds)))
        starts = pc.indices_nonzero(pc.fill_null(differs, True))
        counts = pc.subtract(pc.fill_null(moved_up(starts), len(table)), starts)
        by_kind = pa.table({"kind": kinds.take(starts), "ids": counts}).group_by("kind").aggregate([("ids", "max")])
        for row in by_kind.to_pylist():
            most[row["kind"]] = max(most.get(row["kind"], 0), row["ids_max"])
    return most

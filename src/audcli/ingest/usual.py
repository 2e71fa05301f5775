"""Usual lines become staged calls many at a time, in the engine; all others are given back, to be read one by one.

Whatever this does with a line is what `calls.read_call` does with its record; a line about which that is in doubt is
not usual. Lines are told apart by their skeletons, of which each is examined once.

    a block of lines  ->  those of frequent layouts, cut at their quotes  ->  staged
                      ->  the rest, by their skeletons: new ones are learned  ->  staged
                      ->  what is unusual, or of an unusual skeleton          ->  given back
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from audcli.ingest import line_fields
from audcli.ingest.calls import CallRules
from audcli.ingest.cuts import cut_of
from audcli.ingest.cutting import KnownLayout, usual_lines
from audcli.ingest.line_fields import OBJECTS
from audcli.ingest.lines import FEW_LINES, Block
from audcli.ingest.shapes import OVERFLOW
from audcli.ingest.skeletons import NESTED_IDS, TAKEN_OUT, VALUES, Layout, layout_of
from audcli.ingest.staging import ROWS_OF_A_LINE, Staging

_BATCH_ROWS = 4096
_MOST_NEW_SKELETONS = 2_000
_MOST_CUTS = 32
_LEAST_SHARE = 0.001
"""The share of all lines from which on a layout is frequent: below, to look for it costs more than it saves."""


class UsualLines:
    """Takes the blocks of one file."""

    def __init__(self, staging: Staging, rules: CallRules) -> None:
        """Begin with no layout known."""
        self._staging = staging
        self._connection = staging.connection
        self._rules = rules
        self._blocked = {"blocked": sorted(rules.blocked), "longest_blocked": max(map(_size, rules.blocked))}
        self._layouts: list[KnownLayout | None] = []
        self._lines_of: Counter[int] = Counter()
        self._staged: Counter[int] = Counter()

    def take(self, block: Block) -> Iterator[tuple[int, bytes]]:
        """Stage the usual lines of a block, and give the others with their numbers."""
        places: Sequence[int] = range(len(block.texts))
        self._staged = Counter()
        if self._layouts:
            places = self._take_frequent(block)
        elif len(places) >= FEW_LINES:
            self._connection.execute(line_fields.LAYOUTS)
        if len(places) >= FEW_LINES:
            places = self._take_by_skeleton(block, places)
        self._lines_of.update(self._staged)
        self._staging.rows += self._staged.total()
        texts = block.texts.take(pa.array(places, pa.int64())).to_pylist()
        for place, text in zip(places, texts, strict=True):
            number = block.first + place
            yield number, block.odd.get(number) or text.encode()

    def finish(self) -> None:
        """Stage the ids of all lines that were taken, and remove what was taken in vain."""
        if self._layouts:
            self._connection.execute(line_fields.STAGE_IDS)
            self._connection.execute(line_fields.NOT_PLAIN)

    def close(self) -> None:
        """Remove the temporary tables; a transaction that an error has ended takes them back itself."""
        with suppress(duckdb.TransactionException):
            for table in ("layouts", "skeleton_lines"):
                self._connection.execute(f"drop table if exists temp.{table}")

    def _take_frequent(self, block: Block) -> Sequence[int]:
        """Stage the lines of frequent layouts, and tell the places of all others."""
        most = self._lines_of.most_common(_MOST_CUTS)
        frequent = [number for number, lines in most if lines >= _LEAST_SHARE * self._lines_of.total()]
        layouts = [layout for number in frequent if (layout := self._layouts[number])]
        if not layouts:
            return range(len(block.texts))
        self._register(block, range(len(block.texts)))
        rest = self._stage(usual_lines(layouts, has_controls=block.has_controls), block)
        self._connection.unregister("block")
        return rest

    def _take_by_skeleton(self, block: Block, places: Sequence[int]) -> Sequence[int]:
        """Stage the lines of usual skeletons, and tell the places of all others."""
        self._register(block, places)
        with_skeletons = self._connection.execute(line_fields.BY_SKELETON, {"values": VALUES, "taken_out": TAKEN_OUT})
        [(lines,)] = with_skeletons.fetchall()
        self._connection.unregister("block")
        if not lines:
            return places
        self._learn_layouts()
        if not self._connection.execute(line_fields.ANY_OF_SKELETONS).fetchall():
            return places
        return self._stage(line_fields.OF_SKELETONS, block)

    def _register(self, block: Block, places: Sequence[int]) -> None:
        steps = pa.repeat(pa.scalar(ROWS_OF_A_LINE, pa.int64()), len(block.texts))
        rows = pc.cumulative_sum(steps, start=(block.first - 1) * ROWS_OF_A_LINE)
        lines = pa.table({"row": rows, "line": block.texts})
        if len(places) < len(lines):
            lines = lines.take(pa.array(places, pa.int64()))
        batches = lines.to_batches(_BATCH_ROWS)
        self._connection.register("block", pa.RecordBatchReader.from_batches(lines.schema, batches))

    def _stage(self, usual: str, block: Block) -> Sequence[int]:
        """Stage the plain calls among lines of known layouts, and tell the places of all lines that are not staged."""
        self._connection.execute(line_fields.stage(usual), self._blocked)
        lines = self._connection.execute(line_fields.LINES_OF_LAYOUTS, [block.first * ROWS_OF_A_LINE]).fetchall()
        self._staged = Counter(dict(lines))
        return () if self._staged.total() == len(block.texts) else self._rest(block)

    def _rest(self, block: Block) -> Sequence[int]:
        ends = {"step": ROWS_OF_A_LINE, "first": block.first, "end": block.first + len(block.texts)}
        rows = self._connection.execute(line_fields.REST_OF_BLOCK, ends).fetchall()
        return [row // ROWS_OF_A_LINE - block.first for (row,) in rows]

    def _learn_layouts(self) -> None:
        found = self._connection.execute(line_fields.NEW_SKELETONS, [_MOST_NEW_SKELETONS]).fetchall()
        rows = []
        for skeleton, line in found:
            layout = layout_of(skeleton, line, self._rules)
            shapes = {} if layout is None else {field: self._shape(layout, field) for field in OBJECTS}
            if layout is None or OVERFLOW in shapes.values():
                described: tuple[Any, ...] = (False, *[None] * (len(line_fields.LAYOUT_COLUMNS) - 3))
                self._layouts.append(None)
            else:
                has = [id_ in layout.nested_ids for id_ in NESTED_IDS]
                described = (True, *shapes.values(), layout.whole_doubles, *has)
                self._layouts.append(KnownLayout(len(self._layouts), shapes, layout.nested_ids, cut_of(skeleton, line)))
            rows.append((len(self._layouts) - 1, skeleton, *described))
        if rows:
            columns = dict(zip(line_fields.LAYOUT_COLUMNS, zip(*rows, strict=True), strict=True))
            self._connection.register("new_layouts", pa.table(columns))
            self._connection.execute("insert into layouts from new_layouts")
            self._connection.unregister("new_layouts")

    def _shape(self, layout: Layout, field: str) -> int | None:
        signature = layout.signatures[field]
        return None if signature is None else self._staging.shapes.known(signature, layout.samples[field])


def _size(text: str) -> int:
    return len(text.encode())

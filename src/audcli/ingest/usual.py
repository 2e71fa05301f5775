"""Usual lines become staged calls many at a time, in the engine; all others are given back, to be read one by one.

Whatever this does with a line is what `calls.read_call` does with its record; a line about which that is in doubt is
not usual. Lines are told apart by their skeletons, of which each is examined once.

    a block of lines  ->  those that match the template of a frequent layout  ->  staged
                      ->  the rest, by their skeletons: new ones are learned  ->  staged
                      ->  what is unusual, or of an unusual skeleton          ->  given back
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audcli.ingest import line_fields
from audcli.ingest.calls import CallRules
from audcli.ingest.lines import Block
from audcli.ingest.shapes import OVERFLOW
from audcli.ingest.skeletons import TAKEN_OUT, VALUES, Layout, layout_of, template_of
from audcli.ingest.staging import ROWS_OF_A_LINE, Staging

_FEW_LINES = 256
"""A file of fewer lines is read faster without all this."""
_BATCH_ROWS = 4096
_MOST_NEW_SKELETONS = 2_000
_MOST_TEMPLATES = 8
_LEAST_SHARE = 0.001
"""The share of all lines from which on a layout is frequent: below, its template costs more than it saves."""


class UsualLines:
    """Takes the blocks of one file."""

    def __init__(self, staging: Staging, rules: CallRules) -> None:
        """Begin with no layout known."""
        self._staging = staging
        self._connection = staging.connection
        self._rules = rules
        self._blocked = {"blocked": sorted(rules.blocked), "longest_blocked": max(map(_size, rules.blocked))}
        self._skeletons: list[str] = []
        self._lines_of: Counter[int] = Counter()

    def take(self, block: Block) -> Iterator[tuple[int, bytes]]:
        """Stage the usual lines of a block, and give the others with their numbers."""
        places: Sequence[int] = range(len(block.texts))
        if self._skeletons:
            places = self._take_frequent(block)
        elif len(places) >= _FEW_LINES:
            self._connection.execute(line_fields.LAYOUTS)
            self._connection.execute(line_fields.USUAL_CALLS)
        if len(places) >= _FEW_LINES or (self._skeletons and places):
            places = self._take_by_skeleton(block, places)
        texts = block.texts.take(pa.array(places, pa.int64())).to_pylist()
        for place, text in zip(places, texts, strict=True):
            number = block.first + place
            yield number, block.odd.get(number) or text.encode()

    def close(self) -> None:
        """Remove the temporary tables."""
        for table in ("layouts", "usual_calls", "skeleton_lines", "block_calls"):
            self._connection.execute(f"drop table if exists temp.{table}")

    def _take_frequent(self, block: Block) -> Sequence[int]:
        """Stage the lines that match the templates of frequent layouts, and tell the places of all others."""
        most = self._lines_of.most_common(_MOST_TEMPLATES)
        frequent = [number for number, lines in most if lines >= _LEAST_SHARE * self._lines_of.total()]
        if not frequent:
            return range(len(block.texts))
        self._register(block, range(len(block.texts)))
        templates = {f"template_{number}": template_of(self._skeletons[number]) for number in frequent}
        staged = self._stage(line_fields.of_templates(frequent), templates)
        self._connection.unregister("block")
        if staged == len(block.texts):
            return ()
        end = block.first + len(block.texts)
        return self._places(block, line_fields.REST_OF_BLOCK, [ROWS_OF_A_LINE, block.first, end])

    def _take_by_skeleton(self, block: Block, places: Sequence[int]) -> Sequence[int]:
        """Stage the lines of usual skeletons, and tell the places of all others."""
        self._register(block, places)
        self._connection.execute(line_fields.BY_SKELETON, {"values": VALUES, "taken_out": TAKEN_OUT})
        self._connection.unregister("block")
        self._learn_layouts()
        self._stage(line_fields.OF_SKELETONS, {})
        return self._places(block, line_fields.REST_OF_SKELETON_LINES, [])

    def _register(self, block: Block, places: Sequence[int]) -> None:
        numbers = pa.array(range(block.first, block.first + len(block.texts)), pa.int64())
        lines = pa.table({"row": pc.multiply(numbers, ROWS_OF_A_LINE), "line": block.texts})
        if len(places) < len(lines):
            lines = lines.take(pa.array(places, pa.int64()))
        batches = lines.to_batches(_BATCH_ROWS)
        self._connection.register("block", pa.RecordBatchReader.from_batches(lines.schema, batches))

    def _places(self, block: Block, query: str, parameters: list[int]) -> Sequence[int]:
        rows = self._connection.execute(query, parameters).fetchall()
        return [row // ROWS_OF_A_LINE - block.first for (row,) in rows]

    def _stage(self, lines: str, parameters: Mapping[str, str]) -> int:
        """Stage the plain calls among lines of known layouts, and say how many they are."""
        execute = self._connection.execute
        execute(line_fields.block_calls(lines), {**self._blocked, **parameters})
        self._lines_of.update(dict(execute(line_fields.LINES_OF_LAYOUTS).fetchall()))
        numbers = self._staging.calls
        for call in execute(line_fields.NEW_CALLS).fetchall():
            execute("insert into usual_calls values (?, ?, ?)", [numbers.setdefault(call, len(numbers)), *call])
        [(staged,)] = execute(line_fields.STAGE_CALLS).fetchall()
        execute(line_fields.STAGE_IDS)
        self._staging.rows += staged
        return int(staged)

    def _learn_layouts(self) -> None:
        found = self._connection.execute(line_fields.NEW_SKELETONS, [_MOST_NEW_SKELETONS]).fetchall()
        rows = []
        for skeleton, line in found:
            described = self._described(layout_of(skeleton, line, self._rules))
            rows.append((len(self._skeletons), skeleton, *described))
            self._skeletons.append(skeleton)
        if rows:
            columns = dict(zip(line_fields.LAYOUT_COLUMNS, zip(*rows, strict=True), strict=True))
            self._connection.register("new_layouts", pa.table(columns))
            self._connection.execute("insert into layouts from new_layouts")
            self._connection.unregister("new_layouts")

    def _described(self, layout: Layout | None) -> tuple[Any, ...]:
        shapes = [] if layout is None else [self._shape(layout, field) for field in line_fields.OBJECTS]
        if layout is None or OVERFLOW in shapes:
            return (False, *[None] * (len(line_fields.LAYOUT_COLUMNS) - 3))
        doubles = [layout.whole_doubles[field] for field in line_fields.OBJECTS]
        return (True, *shapes, *doubles, layout.has_email, layout.has_phone, layout.has_group_in_context)

    def _shape(self, layout: Layout, field: str) -> int | None:
        signature = layout.signatures[field]
        return None if signature is None else self._staging.shapes.known(signature, layout.samples[field])


def _size(text: str) -> int:
    return len(text.encode())

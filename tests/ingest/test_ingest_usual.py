"""Usual lines are read many at a time, all others one by one: both ways give the same store, whatever a line holds."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingested import NOW, clear, everything
from raw_lines import raw_lines

from audcli.ingest import FileSummary, IngestOptions, ingest
from audcli.store import Store

FIRST = b'{"type":"track","event":"First","userId":"u0","messageId":"first","timestamp":1769853600}'


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_usual_lines_are_read_as_all_others(store: Store, tmp_path: Path, seed: int) -> None:
    content = b"\n".join([FIRST, *raw_lines(Random(seed), 300)])
    one_by_one = taken(store, tmp_path, content, few_lines=10**9, first_bytes=1 << 18)
    by_skeleton = taken(store, tmp_path, content, few_lines=1, first_bytes=1 << 18)
    by_cuts = taken(store, tmp_path, content, few_lines=1, first_bytes=4000)
    in_all_ways = taken(store, tmp_path, content, few_lines=5, first_bytes=4000)
    assert by_skeleton == one_by_one
    assert by_cuts == one_by_one
    assert in_all_ways == one_by_one


TRAPS = [
    '{"type":"page","type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d"}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","userId":"v"}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":1,"a":"x"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":1234567890123456}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":1e5,"b":-0}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":01}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":1"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":NaN}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":1,}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":[2.0,{"b":2.0}]}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":2.0,"b":":2.0,"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":2.0,"b":"\\":2.0,"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a":99999999.99999999}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a\\"":1,"b":null}}',
    '{"type":"track","event":"A","userId":"u","timestamp":"2026-02-30T10:00:00Z","messageId":"%d"}',
    '{"type":"track","event":"A","userId":" u","timestamp":"2026-01-30T10:00:00Z","messageId":"%d "}',
    '{"type":"group","userId":"u","groupId":"0","timestamp":1769853600,"messageId":"%d","context":{"groupId":"g"}}',
    '{"type":"identify","userId":"u","timestamp":1769853600,"messageId":"%d","traits":{"email":"\u0130@x.y","phone":7.0}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","batch":[]}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"a_b":"x","c":1}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"axb":"x","c":2}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"c:":3,"d":"\\/"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"d":"\\u00zz"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"d":"a\\\\"}}',
    '{"type":"track","event":"A\\/B","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"d":"\\n"}}',
    '{"type":"track","event":"A","userId":"u","timestamp":1769853600,"messageId":"%d","properties":{"d":"a\tb"}}',
]  # fmt: skip


def test_traps_one_by_one(store: Store, tmp_path: Path) -> None:
    """Each trap in many lines, so that it would have a layout and cuts of its own."""
    lines = [FIRST] + [(trap % (1000 * kind + n)).encode() for n in range(30) for kind, trap in enumerate(TRAPS)]
    content = b"\n".join(lines)
    one_by_one = taken(store, tmp_path, content, few_lines=10**9, first_bytes=1 << 18)
    assert taken(store, tmp_path, content, few_lines=1, first_bytes=8000) == one_by_one


def taken(store: Store, folder: Path, content: bytes, few_lines: int, first_bytes: int) -> tuple[FileSummary, Any]:
    """Ingest a file into the emptied store, and give what it holds (but for the examples of the catalog)."""
    clear(store)
    path = folder / "lines.jsonl"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audcli.ingest.usual.FEW_LINES", few_lines)
        patch.setattr("audcli.ingest.lines._FIRST_BYTES", first_bytes)
        summary = ingest(store, [str(path)], IngestOptions(), now=NOW).files[0]
    found = everything(store)
    found["catalog"] = sorted(row[:-1] for row in found["catalog"])
    return summary, found


def test_an_error_of_the_engine_is_not_hidden_by_the_end_of_reading(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the transaction, and with it the temporary tables that are to be removed at the end."""
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b"\n".join([FIRST] * 2000))
    monkeypatch.setattr(
        "audcli.ingest.line_fields.BY_SKELETON", "select error('no room is left' || $values || $taken_out)"
    )
    with pytest.raises(duckdb.Error, match="no room is left"):
        ingest(store, [str(path)], IngestOptions(), now=NOW)

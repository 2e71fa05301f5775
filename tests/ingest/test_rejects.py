"""Rejects are listed, counted, written byte for byte and taken off the list."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingested import NOW, Take

from audcli.errors import UsageError
from audcli.ingest import IngestOptions, clear_rejects, count_rejects, ingest, rejects, write_raw
from audcli.store import Store

BYTES = st.binary(max_size=30).map(lambda text: b"x" + text.replace(b"\n", b"") + b"x")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BYTES, min_size=1, max_size=5, unique=True))
def test_bytes_come_back_as_they_stood(store: Store, tmp_path: Path, lines: list[bytes]) -> None:
    clear_rejects(store)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    assert ingest(store, [str(path)], IngestOptions(), now=NOW).total.rejects == len(lines)
    written: list[bytes] = []
    assert write_raw(rejects(store), written.append) == (len(lines), 0)
    assert b"".join(written) == b"".join(line + b"\n" for line in lines)


def raw_texts(store: Store) -> list[bytes]:
    written: list[bytes] = []
    write_raw(rejects(store), written.append)
    return written


def test_a_record_of_several_lines_becomes_one(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"type":\n "track"},\n 7]')
    ingest(store, [str(path)], IngestOptions(), now=NOW)
    assert raw_texts(store) == [b'{"type":  "track"}\n', b"7\n"]


def test_by_reason(store: Store, take: Take) -> None:
    take(b"x", 7, b"y", {"type": "group", "timestamp": 1})
    assert count_rejects(store, reason="malformed_json") == {"malformed_json": 2}
    assert [each.line for each in rejects(store, reason="malformed_json")] == [1, 3]
    assert [each.line for each in rejects(store, limit=3)] == [1, 2, 3]
    with pytest.raises(UsageError) as unknown:
        count_rejects(store, reason="not_a_object")
    assert unknown.value.hint == "there are `not_an_object`"
    assert clear_rejects(store, reason="malformed_json") == 2
    assert [each.reason for each in rejects(store)] == ["not_an_object", "missing_group_id"]
    assert clear_rejects(store) == 2
    assert count_rejects(store) == {}


def test_a_call_of_a_batch_is_written_with_its_numbers(store: Store, tmp_path: Path) -> None:
    """It is written anew, with what it inherits, and a number that no double holds must still be a number."""
    path = tmp_path / "a.json"
    path.write_bytes(b'{"batch": [{"type": "track", "properties": {"a": -1e999, "b": [1E400], "c": "\\"-Infinity"}}]}')
    ingest(store, [str(path)], IngestOptions(), now=NOW)
    assert raw_texts(store) == [b'{"properties":{"a":-1e999,"b":[1e999],"c":"\\"-Infinity"},"type":"track"}\n']

"""Files are read in a bounded memory, however long they are, and however long their lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ingested import NOW, calls

from audcli.ingest import FileSummary, IngestOptions, ingest, rejects
from audcli.ingest.arrays import read_array
from audcli.ingest.unusable import Unusable
from audcli.store import Store


def call(message_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "userId": "u", "timestamp": 1, "messageId": message_id} | fields


def take_bytes(store: Store, path: Path, content: bytes) -> FileSummary:
    path.write_bytes(content)
    return ingest(store, [str(path)], IngestOptions(), now=NOW).files[0]


def test_a_line_of_fifty_megabytes(store: Store, tmp_path: Path) -> None:
    large = json.dumps(call("large", properties={"text": "x" * 50_000_000})).encode()
    lines = [json.dumps(call(str(number))).encode() for number in range(600)]
    broken = b'{"type": "track", "text": "' + b"y" * 2_000_000
    summary = take_bytes(store, tmp_path / "a.jsonl", b"\n".join([*lines[:300], large, broken, *lines[300:]]))
    assert (summary.read, summary.accepted, summary.rejected) == (602, 601, {"malformed_json": 1})
    assert len(calls(store)["large"]["properties"]["text"]) == 50_000_000
    [reject] = rejects(store)
    assert (reject.line, reject.raw) == (302, None)


def test_a_first_line_of_megabytes(store: Store, tmp_path: Path) -> None:
    lines = [json.dumps(call("1", properties={"text": "x" * 3_000_000})), json.dumps(call("2"))]
    assert take_bytes(store, tmp_path / "a.jsonl", "\n".join(lines).encode()).accepted == 2


def test_an_array_on_one_line_of_megabytes(store: Store, tmp_path: Path) -> None:
    elements = [call(str(number), properties={"text": "x" * 700_000}) for number in range(5)]
    assert take_bytes(store, tmp_path / "a.json", json.dumps(elements).encode()).accepted == 5


def test_a_file_whose_first_line_is_broken_is_read_as_lines(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audcli.ingest.readers._LONG_OBJECT", 100)
    lines = b"".join(json.dumps(call(str(number))).encode() + b"\n" for number in range(20))
    assert take_bytes(store, tmp_path / "a.jsonl", b'{"type":\n' + lines).rejected == {"malformed_json": 1}
    assert len(calls(store)) == 20
    whole = json.dumps({"batch": [call(f"b{number}") for number in range(20)]}, indent=1).encode()
    assert take_bytes(store, tmp_path / "b.json", whole).accepted == 20


@pytest.mark.parametrize("seed", range(6))
def test_arrays_are_read_in_pieces(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a piece ends, each element has its value, its text and its line."""
    monkeypatch.setattr("audcli.ingest.arrays._PIECE_BYTES", 1 + seed)
    deal = Random(seed)
    texts = ['{"a": "é\\n"}', "12", "-1.5e3", '"x,]"', "[1, [2]]", "true", "null", '"\\u00e9"', "{}"]
    chosen = [deal.choice(texts) for _ in range(30)]
    content, lines = "[", []
    for text in chosen:
        content += deal.choice(["", "\n", " \n\n "])
        lines.append(1 + content.count("\n"))
        content += text + deal.choice([",", " ,", "\n,"])
    content = content.rstrip(" ,\n") + "\n]\n"
    found = list(read_array(io.BytesIO(content.encode()[1:]), b"[", 1))
    assert [(each.line, each.raw.decode(), each.value) for each in found] == [
        (line, text, json.loads(text)) for line, text in zip(lines, chosen, strict=True)
    ]


def test_what_is_no_json_is_not_read_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audcli.ingest.arrays._PIECE_BYTES", 100)
    monkeypatch.setattr("audcli.ingest.arrays._LONGEST_ELEMENT", 1000)
    stream = _Counted()
    [first, second] = read_array(stream, b"[1,", 1)
    assert first.value == 1
    assert isinstance(second.value, Unusable) and second.value.reason == "malformed_json"
    assert len(second.raw) < 4000 and stream.pieces == 0


class _Counted(io.RawIOBase):
    """A long stream that is no JSON."""

    pieces = 200

    def read(self, size: int = -1) -> bytes:
        if self.pieces == 0:
            return b""
        self.pieces -= 1
        return b"x" * size

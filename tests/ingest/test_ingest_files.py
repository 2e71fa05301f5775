"""How files are found, opened and cut into records."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingested import NOW, calls

from audcli.errors import UsageError
from audcli.ingest import FileSummary, IngestOptions, IngestSummary, ingest, rejects
from audcli.ingest.files import find_files, format_of
from audcli.store import Store


def call(message_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "userId": "u", "timestamp": 1, "messageId": message_id} | fields


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def take_files(store: Store, *paths: Path | str, **options: Any) -> IngestSummary:
    return ingest(store, [str(path) for path in paths], IngestOptions(**options), now=NOW)


def take_bytes(store: Store, path: Path, content: bytes) -> FileSummary:
    path.write_bytes(content)
    return take_files(store, path).files[0]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.jsonl", bytes),
        ("a.ndjson", bytes),
        ("a.JSON", bytes),
        ("a.jsonl.gz", gzip.compress),
        ("a.json.GZ", lambda content: gzip.compress(content[:40]) + gzip.compress(content[40:])),
        ("a.ndjson.zst", lambda content: pa.compress(content, "zstd", asbytes=True)),
    ],
)
def test_formats(store: Store, tmp_path: Path, name: str, pack: Any) -> None:
    summary = take_bytes(store, tmp_path / name, pack(lines(call("1"), call("2"))))
    assert (summary.read, summary.accepted, summary.error) == (2, 2, None)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + lines(call("1"), call("2")),
        b"\r\n \n" + lines(call("1"), call("2")).replace(b"\n", b"\r\n\r\n"),
        lines(call("1"), call("2")).rstrip(),
        json.dumps([call("1"), call("2")]).encode(),
        json.dumps([call("1"), call("2")], indent=2).encode(),
        b"\xef\xbb\xbf\n [" + json.dumps(call("1")).encode() + b" ,\n" + json.dumps(call("2")).encode() + b"] \n",
        json.dumps({"batch": [call("1"), call("2")], "sentAt": "x"}).encode(),
        json.dumps({"sentAt": "x", "batch": [call("1"), call("2")]}, indent=2).encode(),
        lines({"batch": [call("1")]}, {"batch": [call("2")]}),
    ],
    ids=[
        "byte-order mark",
        "CRLF and blanks",
        "no last line end",
        "array",
        "indented array",
        "blanks in an array",
        "batch",
        "indented batch",
        "batches",
    ],
)
def test_forms(store: Store, tmp_path: Path, content: bytes) -> None:
    summary = take_bytes(store, tmp_path / "a.json", content)
    assert (summary.read, summary.accepted) == (2, 2)
    assert set(calls(store)) == {"1", "2"}


def test_one_call_over_several_lines(store: Store, tmp_path: Path) -> None:
    assert take_bytes(store, tmp_path / "a.json", json.dumps(call("1"), indent=1).encode()).accepted == 1


def test_batches_hand_down_time_and_context(store: Store, tmp_path: Path) -> None:
    timeless = {"type": "track", "event": "A", "userId": "u"}
    batch = {
        "sentAt": 60,
        "context": {"ip": "1"},
        "batch": [
            timeless | {"messageId": "1"},
            call("2", context={"ip": "2"}),
            timeless | {"messageId": "3", "context": None},
        ],
    }
    assert take_bytes(store, tmp_path / "a.json", json.dumps(batch).encode()).accepted == 3
    found = calls(store)
    assert [found[number]["context"]["ip"] for number in "123"] == ["1", "2", "1"]
    assert [found[number]["time"].timestamp() - found["2"]["time"].timestamp() for number in "123"] == [59, 0, 59]


def test_rejects_of_a_batch_can_be_ingested_again(store: Store, tmp_path: Path) -> None:
    batch = {"sentAt": 60, "batch": [call("1"), {"type": "track", "userId": "u"}, 7, {"type": "x", "n": "\ud800"}]}
    summary = take_bytes(store, tmp_path / "a.json", json.dumps(batch).encode())
    assert summary.rejected == {"missing_event": 1, "not_an_object": 1, "unpaired_surrogate": 1}
    raws = {reject.reason: reject.raw for reject in rejects(store)}
    assert raws["missing_event"] == b'{"sentAt":60,"type":"track","userId":"u"}'
    assert raws["unpaired_surrogate"] == b'{"n":"\\ud800","sentAt":60,"type":"x"}'


@pytest.mark.parametrize("separator", [b"\n", b",\n"])
@pytest.mark.parametrize(
    "half",
    [
        {"event": "\ud800"},
        {"messageId": "\udfff"},
        {"userId": "u\ud83d"},
        {"groupId": "\ud83d."},
        {"type": "track\ud83d"},
        {"properties": {"a": ["\udc80"]}},
        {"properties": {"\ud800": 1}},
        {"context": {"a": "\ud800"}},
        {"integrations": {"a": "\ud800"}},
    ],
    ids=lambda half: next(iter(half)),
)
def test_half_of_a_surrogate_pair_rejects_its_record_alone(
    store: Store, tmp_path: Path, half: dict[str, object], separator: bytes
) -> None:
    records = separator.join(json.dumps(each).encode() for each in (call("1"), call("2") | half, call("3")))
    content = b"[" + records + b"]" if separator == b",\n" else records
    summary = take_bytes(store, tmp_path / "a.json", content)
    assert (summary.accepted, summary.rejected) == (2, {"unpaired_surrogate": 1})


@pytest.mark.parametrize(
    ("content", "accepted", "rejected"),
    [
        (b"[", 0, 1),
        (b"[]", 0, 0),
        (b"", 0, 0),
        (b"\n \n", 0, 0),
        (b"{", 0, 1),
        (b'{"a":\n' + lines(call("1")), 1, 1),
        (b"[" + lines(call("1")).strip() + b", {", 1, 1),
        (b"[" + lines(call("1")).strip() + b" " + lines(call("2")) + b"]", 1, 1),
        (b"[" + lines(call("1")).strip() + b', "\xff", ' + lines(call("2")) + b"]", 2, 1),
        (b"[" + lines(call("1")).strip() + b"] x", 1, 1),
        (b"[" + lines(call("1")).strip() + b",\n]", 1, 1),
        (b"[ , " + lines(call("1")).strip() + b"]", 0, 1),
        (b"[1]\n" + lines(call("1")), 1, 1),
        (b"null\n7\n" + lines(call("1")), 1, 2),
    ],
)
def test_broken_forms(store: Store, tmp_path: Path, content: bytes, accepted: int, rejected: int) -> None:
    summary = take_bytes(store, tmp_path / "a.json", content)
    assert (summary.accepted, summary.rejects) == (accepted, rejected)
    assert summary.gave_no_call == (accepted == 0)


def test_lines_are_numbered_as_in_the_file(store: Store, tmp_path: Path) -> None:
    take_bytes(store, tmp_path / "a.jsonl", b"\n\nx\n" + lines(call("1")) + b"\ny\n")
    take_bytes(store, tmp_path / "b.json", b"[\n1,\n\n" + lines(call("2")) + b",2,\n3\n]")
    found = [(Path(reject.file).name, reject.line, reject.raw) for reject in rejects(store)]
    assert found == [
        ("a.jsonl", 3, b"x"),
        ("a.jsonl", 6, b"y"),
        ("b.json", 2, b"1"),
        ("b.json", 5, b"2"),
        ("b.json", 6, b"3"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(lines(*(call(str(number)) for number in range(500))))[:-20]),
        ("a.jsonl.gz", b"no gzip"),
        ("a.jsonl.gz", gzip.compress(b"{}\n") + b"trailing"),
        ("a.jsonl.zst", pa.compress(lines(*(call(str(number)) for number in range(500))), "zstd", asbytes=True)[:-20]),
        ("a.jsonl.zst", b"no zstd"),
    ],
)
def test_damaged_files_fail_alone(store: Store, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "b.jsonl").write_bytes(lines(call("1")))
    summary = take_files(store, tmp_path / name, tmp_path / "b.jsonl")
    damaged, good = summary.files
    assert damaged.error is not None and str(tmp_path / name) in damaged.error
    assert (damaged.read, damaged.accepted, good.accepted) == (0, 0, 1)
    assert summary.failed
    assert set(calls(store)) == {"1"}


def test_standard_input(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(call("1")))))
    assert take_files(store, "-").files[0].accepted == 1


def test_finding_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "b.jsonl",
        "a.json.gz",
        "sub/c.ndjson.zst",
        "sub/.hidden/d.jsonl",
        ".e.jsonl",
        "notes.txt",
        "odd[1].json",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"")
    assert find_files(["."]) == ["a.json.gz", "b.jsonl", "odd[1].json", "sub/c.ndjson.zst"]
    assert find_files(["*.json*"]) == ["a.json.gz", "b.jsonl", "odd[1].json"]
    assert find_files(["**/*.zst", "b.jsonl", "s*"]) == ["sub/c.ndjson.zst", "b.jsonl"]
    assert find_files(["odd[1].json", "-"]) == ["odd[1].json", "-"]
    Path("empty").mkdir()
    for path in ("notes.txt", "missing.jsonl", "*.csvx", "empty"):
        with pytest.raises(UsageError, match="`"):
            find_files([path])


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.jsonl", "json"),
        ("a.json.zst", "json"),
        ("1782727200000.1a2b.gz", "json"),
        ("A.CSV.GZ", "csv"),
        ("a.parquet", "parquet"),
        ("a.parquet.gz", None),
        ("notes.txt.gz", None),
        ("backup.tar.gz", None),
        ("csv", None),
    ],
)
def test_formats_by_name(name: str, format_: str | None) -> None:
    assert format_of(name) == format_


def test_unreadable_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "a.jsonl")
    with pytest.raises(UsageError):
        take_files(store, tmp_path / "a.jsonl")

"""How CSV is cut into rows, and what becomes of text that is none."""

from __future__ import annotations

import gzip
import io
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from flat_files import as_text, flags, only_call, reject_list, take_csv
from ingested import NOW, calls

from audcli.ingest import IngestOptions, TableMapping, ingest, rejects
from audcli.ingest.flat import open_rows
from audcli.store import Store

TRACK = flags("track", event="A", time="2026-01-01")
HEADER = "messageId,userId,note\n"


def notes(store: Store) -> dict[str, Any]:
    return {message_id: call["properties"].get("note") for message_id, call in calls(store).items()}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends(store: Store, tmp_path: Path, end: str) -> None:
    text = f"{HEADER}1,u,a\n2,u,b".replace("\n", end)
    assert take_csv(store, tmp_path / "a.csv", text, TRACK).accepted == 2
    assert notes(store) == {"1": "a", "2": "b"}


def test_mixed_line_ends(store: Store, tmp_path: Path) -> None:
    assert take_csv(store, tmp_path / "a.csv", "messageId,userId,note\r\n1,u,a\r2,u,b\n\r\n3,u,c\r\n", TRACK).read == 3
    assert notes(store) == {"1": "a", "2": "b", "3": "c"}


def test_quoted_cells(store: Store, tmp_path: Path) -> None:
    text = HEADER + '1,u,"a, b"\n2,u,"say ""hi"""\n3,u,"two\r\nlines\rand three"\n4,u,5" pipe\n5,u," spaced "\n'
    assert take_csv(store, tmp_path / "a.csv", text, TRACK).accepted == 5
    assert notes(store) == {
        "1": "a, b",
        "2": 'say "hi"',
        "3": "two\r\nlines\rand three",
        "4": '5" pipe',
        "5": " spaced ",
    }


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.csv", bytes),
        ("a.CSV", bytes),
        ("a.csv.gz", gzip.compress),
        ("a.csv.zst", lambda content: pa.compress(content, "zstd", asbytes=True)),
    ],
)
def test_compressed(store: Store, tmp_path: Path, name: str, pack: Any) -> None:
    assert take_csv(store, tmp_path / name, pack((HEADER + "1,u,a\n").encode()), TRACK).accepted == 1


@pytest.mark.parametrize("header", ["messageId,userId,note", '"messageId","userId",note', " messageId , userId,note"])
def test_byte_order_mark_and_quoted_header(store: Store, tmp_path: Path, header: str) -> None:
    assert take_csv(store, tmp_path / "a.csv", f"\ufeff{header}\n1,u,a\n", TRACK).accepted == 1
    assert notes(store) == {"1": "a"}


@pytest.mark.parametrize("text", ["", "\n\r\n", "messageId,userId\n"], ids=["empty", "blank", "only a header"])
def test_no_rows(store: Store, tmp_path: Path, text: str) -> None:
    summary = take_csv(store, tmp_path / "a.csv", text, TRACK)
    assert (summary.read, summary.error, summary.gave_no_call) == (0, None, True)


def test_ragged_rows_are_rejects_with_their_text(store: Store, tmp_path: Path) -> None:
    text = HEADER + '1,u\n2,u,a\n3,u,"b\nc",d\n\n4,u,e\n'
    summary = take_csv(store, tmp_path / "a.csv", text, TRACK)
    assert (summary.read, summary.accepted, summary.rejected) == (4, 2, {"ragged_row": 2})
    assert reject_list(store) == [(2, "ragged_row", "1,u"), (4, "ragged_row", '3,u,"b\nc",d')]


def test_rejects_have_the_line_on_which_their_row_begins(store: Store, tmp_path: Path) -> None:
    text = HEADER + '1,u,"a\r\nb\r\nc"\r\n\r\n2,,d\r\n'
    assert take_csv(store, tmp_path / "a.csv", text, TRACK).rejected == {"missing_id": 1}
    [(line, reason, raw)] = reject_list(store)
    assert (line, reason) == (6, "missing_id")
    assert raw == (
        '{"event":"A","messageId":"2","properties":{"note":"d"},'
        '"timestamp":"2026-01-01T00:00:00.000000Z","type":"track"}'
    )


@pytest.mark.parametrize(
    ("broken", "lines"),
    [
        ('1,u,"a\n', [2]),
        ('1,u,"a" b\n', [2]),
        ('1,u,"a\n1,u,"b\n', [2, 3]),
        ('1,u,"\n', [2]),
    ],
    ids=["never closed", "closed early", "twice", "quote alone"],
)
def test_a_quote_gone_wrong_spoils_its_line_only(store: Store, tmp_path: Path, broken: str, lines: list[int]) -> None:
    text = HEADER + broken + '8,u,"x"\n9,u,y\n'
    summary = take_csv(store, tmp_path / "a.csv", text, TRACK)
    assert summary.rejected == {"malformed_csv": len(lines)}
    assert [line for line, *_ in reject_list(store)] == lines
    assert notes(store) == {"8": "x", "9": "y"}


def test_invalid_utf8_spoils_its_row_only(store: Store, tmp_path: Path) -> None:
    text = HEADER.encode() + b"1,u,\xc3\xa9\n2,u,\xe9t\xe9\n3,u,a\n"
    assert take_csv(store, tmp_path / "a.csv", text, TRACK).rejected == {"invalid_utf8": 1}
    assert notes(store) == {"1": "é", "3": "a"}
    [reject] = rejects(store)
    assert (reject.line, as_text(reject.raw)) == (3, r"2,u,\xe9t\xe9")
    assert reject.detail == "byte 5 of a line is not UTF-8"


def test_nul_is_text_like_any_other(store: Store, tmp_path: Path) -> None:
    assert take_csv(store, tmp_path / "a.csv", HEADER + "1,u,a\0b\n", TRACK).accepted == 1
    assert notes(store) == {"1": "a\0b"}


def test_a_cell_of_megabytes(store: Store, tmp_path: Path) -> None:
    cell = "x\n" * 1_000_000
    assert take_csv(store, tmp_path / "a.csv", f'{HEADER}1,u,"{cell}"\n', TRACK).accepted == 1
    assert len(only_call(store)["properties"]["note"]) == 2_000_000


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("messageId;userId\n1;u\n", "are separated by semicolons"),
        ("messageId\tuserId\n1\tu\n", "are separated by tabs"),
        ("userId,note,note\nu,1,2\n", "has 2 columns `note`"),
        (",userId\n0,u\n", "has no name: give it one, or leave it out with `--drop ''`"),
        ("userId,user_id\nu,u\n", "two columns for `userId`, `userId` and `user_id`"),
        ('userId,"note\nu,1\n', "the header of"),
        ("userId\nu\n".encode("utf-16"), "is UTF-16 text"),
        (b"user\xff\nu\n", "the header of"),
        ("note\na\n", "has no column for an id, such as `userId`"),
    ],
)
def test_headers_that_cannot_be_used(store: Store, tmp_path: Path, text: str | bytes, error: str) -> None:
    summary = take_csv(store, tmp_path / "a.csv", text, TRACK)
    assert summary.error is not None and error in summary.error
    assert (summary.read, summary.gave_no_call, calls(store)) == (0, True, {})


def test_dropped_columns_may_have_any_names(store: Store, tmp_path: Path) -> None:
    mapping = flags("track", event="A", time="2026-01-01", drop=",note")
    assert take_csv(store, tmp_path / "a.csv", ",userId,note,note\n0,u,1,2\n", mapping).accepted == 1
    assert only_call(store)["properties"] == {}


def test_a_quote_that_is_never_closed_is_given_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audcli.ingest.csv_rows._LARGEST_CELL", 1000)
    text = HEADER + '1,u,"\n' + "".join(f"{number},u,a\n" for number in range(2, 5000))
    summary = take_csv(store, tmp_path / "a.csv", text, TRACK)
    assert (summary.accepted, summary.rejected) == (4998, {"malformed_csv": 1})


def test_files_are_read_batch_by_batch(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "".join(f"{number},u,{'x' * 500}\n" for number in range(20_000)))
    with ExitStack() as resources:
        records, bytes_read = open_rows(str(path), "csv", [TRACK], resources, more_ids=False)
        assert next(records).line == 2
        assert bytes_read() < path.stat().st_size / 2


def test_a_truncated_gzip_fails_alone(store: Store, tmp_path: Path) -> None:
    text = HEADER + "".join(f"{number},u,a\n" for number in range(5000))
    summary = take_csv(store, tmp_path / "a.csv.gz", gzip.compress(text.encode())[:-500], TRACK)
    assert summary.error is not None and "ends too early" in summary.error
    assert calls(store) == {}


def test_standard_input_is_csv_where_rows_are_mapped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((HEADER + "1,u,a\n").encode())))
    options = IngestOptions(tables=(TableMapping("*", (TRACK,)),))
    assert ingest(store, ["-"], options, now=NOW).files[0].accepted == 1

"""How files become tables that queries read (docs/sql-traits.md)."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audcli.sql_traits.sources import Unreadable, load_source


def table_of(path: Path) -> tuple[dict[str, str], list[tuple[object, ...]]]:
    """Give the columns with their types, and the rows; without rows the columns are the same."""
    connection = duckdb.connect()
    load_source(connection, "empty", path, rows=False)
    load_source(connection, "whole", path, rows=True)
    empty, whole = connection.table("empty"), connection.table("whole")
    assert (empty.columns, empty.types, empty.fetchall()) == (whole.columns, whole.types, [])
    return dict(zip(whole.columns, map(str, whole.types), strict=True)), whole.fetchall()


def text_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_columns_of_csv_are_text_and_empty_cells_null(tmp_path: Path) -> None:
    path = text_file(tmp_path, "t.csv", '\ufeffid,n,note\r\n007,1.50,"a, ""b""\nc"\r\n,"",2026-01-01\r\n')
    assert table_of(path) == (
        {"id": "VARCHAR", "n": "VARCHAR", "note": "VARCHAR"},
        [("007", "1.50", 'a, "b"\nc'), (None, None, "2026-01-01")],
    )


def test_a_csv_with_a_header_only_has_its_columns(tmp_path: Path) -> None:
    assert table_of(text_file(tmp_path, "t.csv", "a,b\n")) == ({"a": "VARCHAR", "b": "VARCHAR"}, [])


def test_files_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "T.CSV.gz"
    path.write_bytes(gzip.compress(b"a\n1\n"))
    assert table_of(path) == ({"a": "VARCHAR"}, [("1",)])


def test_json_has_the_types_of_all_its_values_and_no_dates(tmp_path: Path) -> None:
    lines = [
        '{"a": "2026-01-01", "n": 1, "o": {"when": "2026-01-01T10:00:00Z", "k": [1, "x"]}, "b": true}',
        '{"a": "x", "n": 1.5, "id": "550e8400-e29b-41d4-a716-446655440000", "nothing": null}',
    ]
    types, rows = table_of(text_file(tmp_path, "t.jsonl", "\n".join(lines)))
    assert types == {
        "a": "VARCHAR", "n": "DOUBLE", "o": 'STRUCT("when" VARCHAR, k JSON[])', "b": "BOOLEAN", "id": "VARCHAR",
        "nothing": "VARCHAR",
    }  # fmt: skip
    assert rows[0][:3] == ("2026-01-01", 1.0, {"when": "2026-01-01T10:00:00Z", "k": ["1", '"x"']})


def test_a_value_of_another_type_shows_wherever_it_stands(tmp_path: Path) -> None:
    text = '{"n": 1}\n' * 50_000 + '{"n": "one"}\n'
    types, rows = table_of(text_file(tmp_path, "t.ndjson", text))
    assert types == {"n": "JSON"} and rows[-1] == ('"one"',)


def test_parquet_is_as_the_file_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "year=2026"
    folder.mkdir()
    pq.write_table(pa.table({"a": pa.array([1], pa.int16()), "when": pa.array([0], pa.timestamp("us"))}),
                   folder / "t.parquet")  # fmt: skip
    types, [(number, _)] = table_of(folder / "t.parquet")
    assert types == {"a": "SMALLINT", "when": "TIMESTAMP"} and number == 1


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("t.csv", "a,b\n1\n", "csv error on line: 2"),
        ("t.csv", "a,b\n1,2,3\n", "csv error on line: 2"),
        ("t.csv", "a,A\n1,2\n", "two of its columns are called `a`"),
        ("t.csv", "a,\n1,2\n", "one of its columns has no name"),
        ("t.csv", "", "it is empty"),
        ("t.jsonl", '{"a": 1}\n{"a":\n', "malformed json"),
        ("t.jsonl", "[1]\n", "expected"),
        ("t.parquet", "PAR1", "parquet"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        load_source(duckdb.connect(), "t", text_file(tmp_path, name, text), rows=True)
    assert reason in str(unreadable.value).lower()


def test_bytes_that_are_not_utf8_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n\xff,2\n")
    with pytest.raises(Unreadable):
        load_source(duckdb.connect(), "t", tmp_path / "t.csv", rows=True)

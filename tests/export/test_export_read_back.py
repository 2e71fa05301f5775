"""Hard values survive every format: Python's csv, DuckDB and pandas read the same cells back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas
import pytest
from export_stores import KEY, profiles_store, trait_store

from audcli.export import ExportOptions, Format, export_key

VALUES = [
    'say "hi"', "a,b", "line\nbreak", "carriage\rreturn", "both\r\nof them", "=1+1", "+1", "-1", "@sum", "\\u000B \\",
    "tab\tbed", "\x01\x0b\x1f\x7f", "🦊👩‍👩‍👧", "שלום עולם", "\u202eright to left\u202c", "\u2028\u2029\u0085", "'",
    '"', '""', "{}", " leading", "trailing ", "\ufeffmark", "NA", "null", "nan", "007", "1e5", "true", "a" * 70_000,
]  # fmt: skip
PEOPLE = {f"use_{number:02}": [("nick", value), ("user_id", str(number))] for number, value in enumerate(VALUES)}
Table = list[list[str]]
Read = Callable[[Path], Table]


def by_python(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def by_duckdb(path: Path) -> Table:
    relation = duckdb.execute(
        "from read_csv($1, header = false, all_varchar = true, delim = ',', quote = '\"', escape = '\"')", [str(path)]
    )
    return [["" if cell is None else cell for cell in row] for row in relation.fetchall()]


def by_pandas(path: Path) -> Table:
    return pandas.read_csv(path, header=None, dtype=str, keep_default_na=False).to_numpy().tolist()


@pytest.mark.parametrize("read", [by_python, by_duckdb, by_pandas])
@pytest.mark.parametrize("format_", ["unformatted", "indexed"])
def test_an_audience_is_read_back(tmp_path: Path, format_: Format, read: Read) -> None:
    path = tmp_path / "file.csv"
    export_key(profiles_store(PEOPLE), KEY, ExportOptions(format_), path)
    columns = {"unformatted": [], "indexed": ["nick", "user_id"]}[format_]
    expected = [["key", "external_ids", *columns]]
    for key, ids in PEOPLE.items():
        cells = [value for _, value in ids] if columns else []
        expected.append([key, external_ids(ids), *cells])
    assert read(path) == expected


@pytest.mark.parametrize("read", [by_python, by_duckdb, by_pandas])
def test_a_single_column_is_read_back(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "file.csv"
    export_key(profiles_store(PEOPLE), KEY, ExportOptions("single-column", id_type="nick", raw=True), path)
    expected = sorted({value.strip() for value in VALUES} - {""})
    assert read(path) == [["nick"], *([value] for value in expected)]


@pytest.mark.parametrize("read", [by_python, by_duckdb, by_pandas])
@pytest.mark.parametrize("format_", ["unformatted", "indexed", "expanded"])
def test_a_trait_is_read_back(tmp_path: Path, format_: Format, read: Read) -> None:
    path = tmp_path / "file.csv"
    values = {key: VALUES[number] for number, key in enumerate(PEOPLE)}
    export_key(trait_store(values, PEOPLE), KEY, ExportOptions(format_), path)
    header, *rows = read(path)
    assert header[:3] == ["key", "value", "external_ids"]
    assert {len(row) for row in rows} == {len(header)}
    assert [row[:3] for row in rows] == [[key, values[key], external_ids(ids)] for key, ids in PEOPLE.items()]


def external_ids(ids: list[tuple[str, str]]) -> str:
    return json.dumps({type_: [value] for type_, value in ids}, ensure_ascii=False, separators=(",", ":"))

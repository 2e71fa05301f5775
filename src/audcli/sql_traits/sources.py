"""How the files of `sources:` are read.

tickets: data/tickets.csv     ->  columns of text, named by the header; empty cells are NULL
usage:   data/usage.jsonl     ->  columns by the names that occur, typed by the JSON values; text stays text
orders:  data/orders.parquet  ->  columns and types as the file has them
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb

from audcli.source_files import can_be_source
from audcli.sql_traits.words import reason_about_data

_NAME_OR_TEMPORAL = re.compile(
    r'("(?:[^"]|"")*" )|\b(?:DATE|TIME|TIMESTAMP(?:_\w+)?|UUID)(?: WITH TIME ZONE)?\b|"NULL"'
)
"""Within a type's text: a quoted name of a field, which is left as it is, or a type that becomes text."""
_PATTERN = re.compile(r"([*?\[])")
"""What the engine would take for a pattern of several files, put in brackets, stands for itself."""

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_LONGEST_LINE = 2**24
_AS_TOLD = f"auto_detect = false, max_line_size = {_LONGEST_LINE}"
"""Nothing is guessed, and a line may be long."""


class Unreadable(Exception):
    """A source cannot be read; the message says why."""


def load_source(connection: duckdb.DuckDBPyConnection, table: str, path: Path, *, rows: bool) -> None:
    """Make a table of the file's columns, with its rows or without. Raises `Unreadable`.

    `path` is absolute, and no symbolic link.
    """
    if not path.is_file():
        raise Unreadable("it is a folder" if path.is_dir() else "there is no such file")
    if not can_be_source(path.name):
        raise Unreadable(f"it leads to `{path.name}`, which is neither CSV nor JSON lines nor Parquet by its name")
    try:
        reader, parameters = _reader(connection, path)
        only = "" if rows else "limit 0"
        connection.execute(f"create table {table} as select * from {reader} {only}", parameters)
    except duckdb.Error as error:
        raise Unreadable(reason_about_data(error, file=path)) from error


def _reader(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, object]]:
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    compression = _COMPRESSIONS.get(path.suffix.lower(), "none")
    parameters: dict[str, object] = {"path": _PATTERN.sub(r"[\1]", str(path))}
    if name.endswith(".csv"):
        columns = dict.fromkeys(_header(connection, path, compression), "VARCHAR")
        told = f"{_AS_TOLD}, compression = '{compression}'"
        quoting = "delim = ',', quote = '\"', escape = '\"', nullstr = ''"
        reader = f"read_csv($path, header = true, {quoting}, columns = $columns, strict_mode = true, {told})"
        return reader, {**parameters, "columns": columns}
    if name.endswith(".parquet"):
        return "read_parquet($path, hive_partitioning = false)", parameters
    return _json_reader(connection, parameters, compression)


def _header(connection: duckdb.DuckDBPyConnection, path: Path, compression: str) -> list[str]:
    """Read the names of the columns, which stand in the first line."""
    first = connection.execute(
        f"""from read_csv($path, header = false, delim = '\1', quote = '', escape = '', columns = {{'line': 'VARCHAR'}},
            strict_mode = false, {_AS_TOLD}, compression = '{compression}') limit 1""",
        {"path": _PATTERN.sub(r"[\1]", str(path))},
    ).fetchall()
    if not first:
        raise Unreadable("it is empty, and the first line should name its columns")
    names = _names_in(first[0][0] or "")
    repeated = [name for place, name in enumerate(names) if name.lower() in map(str.lower, names[:place])]
    if "" in names or repeated:
        raise Unreadable(
            f"two of its columns are called `{repeated[0]}`" if repeated else "one of its columns has no name"
        )
    return names


def _names_in(line: str) -> list[str]:
    csv.field_size_limit(_LONGEST_LINE)
    try:
        return next(csv.reader([line], strict=True), []) or [""]
    except csv.Error:
        raise Unreadable("its first line cannot be read as names of columns") from None


def _json_reader(
    connection: duckdb.DuckDBPyConnection, parameters: dict[str, object], compression: str
) -> tuple[str, dict[str, object]]:
    """Read JSON lines with the types of all their values; what the engine takes for a date is text in JSON."""
    options = f"""compression = '{compression}', format = 'newline_delimited', records = true,
        map_inference_threshold = -1, field_appearance_threshold = 0"""
    described = connection.execute(
        f"describe from read_json($path, sample_size = -1, {options})", parameters
    ).fetchall()
    columns = {name: _NAME_OR_TEMPORAL.sub(lambda found: found[1] or "VARCHAR", type_) for name, type_, *_ in described}
    return f"read_json($path, columns = $columns, {options})", {**parameters, "columns": columns}

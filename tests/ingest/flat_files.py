"""Writes flat files, ingests them, and says what the store then holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ingested import NOW, calls

from audcli.ingest import CallMapping, FileSummary, IngestOptions, TableMapping, ingest, mapping_of_flags, rejects
from audcli.store import Store

FLAGS: dict[str, Any] = {"type_": None, "columns": (), "keep": None, "drop": None, "event": None, "time": None}


def flags(type_: str | None = None, *columns: str, **more: Any) -> CallMapping:
    """The mapping of `--as type_ --map column ...` and further flags."""
    return mapping_of_flags(**{**FLAGS, "type_": type_, "columns": columns, **more})


def take_csv(store: Store, path: Path, text: str | bytes, *mappings: CallMapping, **options: Any) -> FileSummary:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return take(store, path, mappings, **options)


def take_parquet(store: Store, path: Path, table: pa.Table, *mappings: CallMapping, **options: Any) -> FileSummary:
    pq.write_table(table, path)
    return take(store, path, mappings, **options)


def take(store: Store, path: Path, mappings: Sequence[CallMapping], **options: Any) -> FileSummary:
    tables = (TableMapping("*", tuple(mappings)),) if mappings else ()
    return ingest(store, [str(path)], IngestOptions(tables=tables, **options), now=NOW).files[0]


def only_call(store: Store) -> dict[str, Any]:
    """The one call that the store holds."""
    [call] = calls(store).values()
    return call


def reject_list(store: Store) -> list[tuple[int, str, Any]]:
    """Line, reason and text of each reject."""
    return [(each.line, each.reason, as_text(each.raw)) for each in rejects(store)]


def as_text(raw: Any) -> Any:
    return raw.decode(errors="backslashreplace") if isinstance(raw, bytes) else raw

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ingested import NOW, Take

from audcli.ingest import FileSummary, IngestOptions, ingest
from audcli.store import STORE_FILE, Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / STORE_FILE, write=True, create=True, threads=1) as opened:
        yield opened


@pytest.fixture
def take(store: Store, tmp_path: Path) -> Take:
    def take_records(*records: Any, file: str = "calls.jsonl", **options: Any) -> FileSummary:
        lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
        path = tmp_path / file
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return ingest(store, [str(path)], IngestOptions(**options), now=NOW).files[0]

    return take_records

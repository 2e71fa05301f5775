"""A store to fill with calls, by the fixture `take`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audcli.ingest import IngestOptions, ingest
from audcli.store import STORE_FILE, Store, open_store

NOW = datetime(2026, 7, 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / STORE_FILE, write=True, create=True, threads=1) as opened:
        yield opened


@pytest.fixture
def take(store: Store, tmp_path: Path) -> Callable[..., None]:
    def take_calls(*calls: dict[str, Any]) -> None:
        file = tmp_path / "calls.jsonl"
        file.write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
        ingest(store, [str(file)], IngestOptions(), now=NOW)

    return take_calls

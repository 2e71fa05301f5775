"""Stores of a few calls, as of 2026-07-01."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from audcli.ingest import IngestOptions, ingest
from audcli.sql_traits.views import AsOf
from audcli.store import Store, open_store

AS_OF = AsOf(datetime(2026, 7, 1), ("user_id", "email"))


def call(type_: str, when: str, **fields: Any) -> dict[str, Any]:
    """Make a call; its message id is its time, with a number where several have one."""
    return {
        "type": type_,
        "timestamp": when,
        "messageId": f"{when} {type_} {json.dumps(fields, sort_keys=True)}",
        **fields,
    }


@contextmanager
def store_of(folder: Path, *calls: dict[str, Any]) -> Iterator[Store]:
    """Ingest calls into a new store."""
    file = folder / "calls.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in calls), "utf-8")
    with open_store(folder / "store.duckdb", write=True, create=True) as store:
        assert not ingest(store, [str(file)], IngestOptions(), now=datetime(2027, 7, 1)).total.rejected
        yield store

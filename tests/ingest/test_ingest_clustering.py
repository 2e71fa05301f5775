"""Many small ingests leave the calls clustered, and none of them pays for rewriting everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ingested import NOW, Take, calls

from audcli.ingest import IngestOptions, ingest
from audcli.ingest.clustering import merge_short_runs
from audcli.store import STORE_FILE, Store, open_store


@pytest.fixture(autouse=True)
def _short_long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audcli.ingest.clustering.LONG_RUN", 50)


def records(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "track", "event": "ABCDE"[n % 5], "userId": f"u{n % 7}", "messageId": f"m{n}", "timestamp": 9999 - n,
            "properties": {"n": n, "large": 10**17 + n, "double": 1e17, "text": "x"}, "context": {"p": [n, "é"]},
        }
        for n in range(first, first + count)
    ]  # fmt: skip


def runs(store: Store) -> int:
    """Count the sorted runs, in the order in which rows are scanned."""
    rows = store.connection.execute("select call_name, time from calls order by rowid").fetchall()
    return 1 + sum(one > other for one, other in pairwise(rows))


def test_short_runs_become_long_ones(store: Store, take: Take) -> None:
    for number in range(24):
        take(*records(number * 10, 10), file=f"{number}.jsonl")
        assert runs(store) <= (number * 10) // 50 + 5
    assert runs(store) == 4 + 4
    assert {id_: call["properties"] for id_, call in calls(store).items()} == {
        record["messageId"]: record["properties"] for record in records(0, 240)
    }


def test_long_runs_are_never_moved(store: Store, take: Take) -> None:
    take(*records(0, 120))
    take(*records(120, 30), file="b.jsonl")
    untouched = store.connection.execute(
        "select rowid, message_id from calls where rowid < 120 order by all"
    ).fetchall()
    take(*records(150, 60), file="c.jsonl")
    assert runs(store) == 3
    assert merge_short_runs(store, 0) == 0
    again = store.connection.execute("select rowid, message_id from calls where rowid < 120 order by all").fetchall()
    assert again == untouched
    take(*records(210, 45), file="d.jsonl")
    take(*records(255, 5), file="e.jsonl")
    assert runs(store) == 4


def test_merges_across_openings(tmp_path: Path) -> None:
    for number in range(60):
        with ingested_by_another_process(tmp_path, number) as store:
            assert store.connection.execute("select count(distinct message_id) from calls").fetchone() == (
                number * 10 + 10,
            )
            assert runs(store) <= number // 5 + 5


@pytest.mark.parametrize("long_run", [50, 10_000])
def test_many_ingests_leave_few_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_run: int) -> None:
    monkeypatch.setattr("audcli.ingest.clustering.LONG_RUN", long_run)
    monkeypatch.setattr("audcli.ingest.clustering.MANY_INGESTS", 20)
    for number in range(60):
        with ingested_by_another_process(tmp_path, number) as store:
            groups = {
                table: row_groups(store, table) for table in ("calls", "identifiers", "identity", "catalog", "ingests")
            }
            assert max(groups.values()) <= 21, groups
            assert runs(store) <= number * 10 // long_run + 22


@contextmanager
def ingested_by_another_process(folder: Path, number: int) -> Iterator[Store]:
    path = folder / f"{number}.jsonl"
    path.write_text("\n".join(map(json.dumps, records(number * 10, 10))), encoding="utf-8")
    with open_store(folder / STORE_FILE, write=True, create=True, threads=1) as store:
        ingest(store, [str(path)], IngestOptions(), now=NOW)
    with open_store(folder / STORE_FILE, write=False, threads=1) as store:
        yield store


def row_groups(store: Store, table: str) -> int:
    found = store.connection.execute(f"select count(distinct row_group_id) from pragma_storage_info('{table}')")
    [(count,)] = found.fetchall()
    return int(count)

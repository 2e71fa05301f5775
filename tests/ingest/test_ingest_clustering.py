"""Many small ingests leave the calls clustered, and none of them pays for rewriting everything."""

from __future__ import annotations

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
    for number in range(12):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(
            "\n".join(str(record).replace("'", '"') for record in records(number * 10, 10)), encoding="utf-8"
        )
        with open_store(tmp_path / STORE_FILE, write=True, create=True, threads=1) as store:
            ingest(store, [str(path)], IngestOptions(), now=NOW)
            assert store.connection.execute("select count(distinct message_id) from calls").fetchone() == (
                number * 10 + 10,
            )
            assert runs(store) <= number // 5 + 5

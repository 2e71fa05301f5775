"""Ingesting the same calls again, in other files or another order, changes nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from ingested import calls, first_seen, profiles, refused_links

from audcli.ingest import IngestOptions, ingest
from audcli.store import open_store

NOW = datetime(2026, 7, 1)


def some_calls(random: Random) -> list[str]:
    """Calls of few people who share devices and addresses, some without a message id, some broken."""
    lines = []
    for number in range(60):
        call: dict[str, object] = {"timestamp": (NOW - timedelta(minutes=random.randint(0, 40))).isoformat()}
        if random.random() < 0.8:
            call["userId"] = f"u{random.randint(1, 4)}"
        if random.random() < 0.6 or "userId" not in call:
            call["anonymousId"] = f"d{random.randint(1, 5)}"
        if random.random() < 0.3:
            call |= {"type": "identify", "traits": {"email": f"e{random.randint(1, 4)}@x.example", "n": number}}
        else:
            call |= {"type": "track", "event": f"E{random.randint(1, 3)}", "properties": {"n": number}}
        if random.random() < 0.8:
            call["messageId"] = f"m{number}"
        lines.append(json.dumps(call))
    return [*lines, '{"type": "track"', '{"type": "track", "event": "E1", "timestamp": 1}']


def state(folder: Path, files: list[list[str]]) -> tuple[object, ...]:
    """What a store holds after files with these lines were ingested one after the other."""
    folder.mkdir()
    with open_store(folder / ".audcli" / "store.duckdb", write=True, create=True) as store:
        for number, lines in enumerate(files):
            path = folder / f"{number}.jsonl"
            path.write_text("\n".join(lines) + "\n", "utf-8")
            summary = ingest(store, [str(path)], IngestOptions(), now=NOW)
            total = summary.total
            assert total.read == total.accepted + total.duplicate_ids + total.duplicate_content + total.rejects
        rejects = store.connection.execute("select digest, reason from rejects order by all").fetchall()
        return calls(store), profiles(store), first_seen(store), refused_links(store), rejects


@pytest.mark.parametrize("seed", range(8))
def test_order_split_and_repetition_change_nothing(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    lines = some_calls(random)
    at_once = state(tmp_path / "once", [lines])
    assert state(tmp_path / "twice", [lines, lines]) == at_once
    shuffled = random.sample(lines, len(lines))
    cuts = sorted(random.sample(range(1, len(lines)), 4))
    pieces = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    assert state(tmp_path / "split", pieces) == at_once

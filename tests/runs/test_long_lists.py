"""A named list from a file may be as long as it likes: its values are rows, never literals of a statement."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audcli.engines import duckdb as engine
from audcli.pipeline import compute
from audcli.project import find_project
from audcli.sql.script import Script
from audcli.store import STORE_FILE, open_store
from seam import compute_members

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
LINES = 1_000_000
DEFINITIONS = """
list: suppressed
file: suppressed.csv
---
audience: may_be_mailed
where: {id: email, none_of: {list: suppressed}}
---
audience: bought_a_listed_sku
where:
  event: Order Completed
  where: {sku: {one_of: {list: suppressed}}}
"""


def test_a_list_of_a_million_lines(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    statements: list[str] = []
    run = engine.run_on_cores

    def watched(*arguments: Any) -> Any:
        [script] = [each for each in arguments if isinstance(each, Script)]
        statements.extend(each.sql("duckdb") for each in script.statements)
        return run(*arguments)

    monkeypatch.setattr(f"{compute.__module__}.engine.run_on_cores", watched)
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "lists.yaml").write_text(DEFINITIONS, "utf-8")
    values = (f"Person{number}@Example.com" for number in range(LINES))
    (tmp_path / "suppressed.csv").write_text("email\n" + "\n".join(values) + "\n", "utf-8")
    calls = [
        {"type": "identify", "userId": "in", "traits": {"email": f"person{LINES - 1}@example.com"}},
        {"type": "identify", "userId": "out", "traits": {"email": f"person{LINES}@example.com"}},
        {"type": "track", "event": "Order Completed", "userId": "in", "properties": {"sku": "Person0@Example.com"}},
        {"type": "track", "event": "Order Completed", "userId": "out", "properties": {"sku": "person0@example.com"}},
    ]
    lines = (json.dumps({**call, "timestamp": "2026-06-01"}) for call in calls)
    (tmp_path / "calls.jsonl").write_text("\n".join(lines), "utf-8")
    project = find_project(tmp_path, tmp_path)
    with open_store(tmp_path / STORE_FILE, write=True, create=True) as store:
        members = compute_members(project, store, AS_OF)
    assert {key: len(found) for key, found in members.items()} == {"may_be_mailed": 1, "bought_a_listed_sku": 1}
    assert members["may_be_mailed"] != members["bought_a_listed_sku"]
    assert statements
    assert max(map(len, statements)) < 5_000

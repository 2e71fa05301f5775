"""The shape of what runs, which speed follows from: one pass per event name, and work that grows with the definitions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from audcli.definitions.loader import load
from audcli.digests import documents_of
from audcli.plan.build import Setting, build
from audcli.sql.compile import compile_plan
from audcli.sql.script import Script
from audcli.store import Store

AS_OF = datetime(2026, 7, 1)
NAMES = 20


def definitions(count: int) -> str:
    """Give audiences of mixed shape about a fixed number of event names; a third are made of another two parts."""
    documents: list[dict[str, Any]] = []
    for number in range(count):
        counted = {"event": f"Event {number % NAMES}", "within": f"{number + 1} days", "times": {"at_least": 2}}
        other = {"event": f"Event {number * 7 % NAMES}", "where": {"price": {"greater_than": number}}}
        total = {
            "trait": {"compute": "sum", "event": f"Event {number % NAMES}", "property": "price"},
            "at_least": number,
        }
        where = [counted, {"all": [counted, {"not": other}]}, {"any": [other, total]}][number % 3]
        documents.append({"audience": f"a{number}", "where": where})
    return "---\n".join(json.dumps(each) + "\n" for each in documents)


def script(store: Store, folder: Path, count: int) -> Script:
    (folder / "audiences").mkdir(exist_ok=True)
    (folder / "audiences" / "all.yaml").write_text(definitions(count), "utf-8")
    loaded = load(folder, folder / "audiences", now=AS_OF.astimezone())
    assert not loaded.diagnostics
    plan, left_out = build(documents_of(loaded), AS_OF, Setting(ZoneInfo("UTC"), ("user_id",)), {})
    assert not left_out
    return compile_plan(plan, store.catalog()).script


def calls() -> list[dict[str, Any]]:
    return [
        {
            "type": "track",
            "event": f"Event {number}",
            "userId": "ann",
            "timestamp": "2026-06-01",
            "properties": {"price": 1.5},
        }
        for number in range(NAMES)
    ]


def test_one_pass_per_event_name(store: Store, take: Callable[..., None], tmp_path: Path) -> None:
    take(*calls())
    passes = Counter(each.calls for each in script(store, tmp_path, 120).statements if each.calls is not None)
    assert passes == {f"track Event {number}": 1 for number in range(NAMES)}


def test_a_pass_reads_the_calls_once_and_nothing_else_does(
    store: Store, take: Callable[..., None], tmp_path: Path
) -> None:
    take(*calls())
    for statement in script(store, tmp_path, 120).statements:
        assert statement.sql("duckdb").count("FROM calls") == (0 if statement.calls is None else 1)


def test_what_is_compiled_grows_with_the_definitions_and_not_faster(
    store: Store, take: Callable[..., None], tmp_path: Path
) -> None:
    take(*calls())
    few, many = (
        sum(len(each.sql("duckdb")) for each in script(store, tmp_path, count).statements) for count in (250, 1000)
    )
    assert many < 4.4 * few

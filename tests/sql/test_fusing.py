"""A fused script finds what the script does, with fewer tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from audcli.definitions.loader import load
from audcli.digests import documents_of
from audcli.engines.duckdb import run
from audcli.plan.build import Setting, build
from audcli.sql.compile import compile_plan
from audcli.sql.fusing import fused
from audcli.sql.script import Script
from audcli.store import Store

AS_OF = datetime(2026, 7, 1)
TRAITS = """
trait: spent
compute: sum
event: Bought
property: price
---
trait: likes
compute: unique_list
event: Viewed
property: sku
---
trait: favourite
compute: most_frequent
event: Bought
property: sku
---
trait: last_sku
compute: last
event: Bought
property: sku
"""
AUDIENCES = """
---
audience: spenders
where: {trait: spent, at_least: 10}
---
audience: buyers
where: {event: Bought}
"""


def compiled(store: Store, folder: Path, definitions: str) -> Script:
    (folder / "audiences").mkdir()
    (folder / "audiences" / "all.yaml").write_text(definitions, "utf-8")
    loaded = load(folder, folder / "audiences", now=AS_OF.astimezone())
    plan, _ = build(documents_of(loaded), AS_OF, Setting(ZoneInfo("UTC"), ("user_id",)), {})
    return compile_plan(plan, store.catalog()).script


def calls() -> list[dict[str, Any]]:
    return [
        {"type": "track", "event": event, "userId": who, "timestamp": f"2026-06-0{day}", "properties": properties}
        for event in ("Bought", "Viewed")
        for who, day, properties in (
            ("ann", 1, {"price": 7, "sku": "b"}),
            ("ann", 2, {"price": 5.5, "sku": "a"}),
            ("ann", 3, {"sku": "a"}),
            ("bob", 4, {"price": 1, "sku": "c"}),
        )
    ]


def found(store: Store, script: Script) -> dict[str, list[Any]]:
    """Run a script, and give what stands in the columns of its results."""
    run(store.connection, script, lambda _: [])
    places = [*script.memberships.items(), *script.values.items()]
    return {
        key: store.connection.execute(
            f'select {place.entity}, "{place.column}" from {place.table} order by all'
        ).fetchall()
        for key, place in places
    }


def test_what_one_statement_alone_reads_is_made_within_it(
    store: Store, take: Callable[..., None], tmp_path: Path
) -> None:
    take(*calls())
    script = compiled(store, tmp_path, TRAITS)
    lean = fused(script)
    assert {(each.table, each.calls) for each in lean.statements} == {
        ("people", None),
        ("events_1_read", "track Bought"),
        (script.values["favourite"].table, None),
        (script.values["last_sku"].table, "track Bought"),
        (script.values["likes"].table, "track Viewed"),
    }
    assert found(store, lean) == found(store, script)


def test_what_is_joined_stays_a_table(store: Store, take: Callable[..., None], tmp_path: Path) -> None:
    take(*calls())
    script = compiled(store, tmp_path, TRAITS + AUDIENCES)
    lean = fused(script)
    assert {"profiles", "events_1", "wave_1"} <= {each.table for each in lean.statements}
    assert found(store, lean) == found(store, script)


def test_nothing_asked_is_nothing_made(store: Store, take: Callable[..., None], tmp_path: Path) -> None:
    take(*calls())
    assert fused(compiled(store, tmp_path, "")).statements == ()

"""The ledger over random sequences of ingests and runs: the sums hold, and a rehearsal changes nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from audcli.errors import AudcliError
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Computation, Moment, compute
from audcli.project import Project, find_project
from audcli.store import Store, open_store

START = datetime(2026, 1, 1)
DEFINITIONS = """\
audience: recent
include_anonymous: true
where: {event: Visited, within: 3 days}
---
audience: not_recent
include_anonymous: true
where: {not: {audience: recent}}
---
audience: buyers
where: {event: Bought, times: {at_least: 2}}
---
audience: lost_buyers
where: {all: [{audience: buyers}, {audience: not_recent}]}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yaml").write_text(DEFINITIONS, "utf-8")
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    return find_project(tmp_path, tmp_path)


def ingest_some(store: Store, project: Project, random: Random, now: datetime) -> None:
    lines = []
    for _ in range(random.randint(1, 12)):
        who = random.choice([{"userId": f"u{random.randint(1, 6)}"}, {"anonymousId": f"a{random.randint(1, 6)}"},
                             {"userId": f"u{random.randint(1, 6)}", "anonymousId": f"a{random.randint(1, 6)}"}])  # fmt: skip
        when = now - timedelta(hours=random.randint(0, 200))
        what = random.choice(["Visited", "Bought"])
        lines.append(
            {"type": "track", "event": what, "timestamp": when.isoformat(), "messageId": str(random.random()), **who}
        )
    file = project.root / "calls.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    ingest(store, [str(file)], IngestOptions(strict=True), now=now)


def run_at(project: Project, store: Store, now: datetime, *keys: str, dry_run: bool = False) -> Computation:
    return compute(project, store, keys, Moment(now, now), dry_run=dry_run)


def members(store: Store, key: str) -> set[str]:
    rows = store.connection.execute(
        """select profile_keys.key from memberships join definitions using (definition)
           join profile_keys on profile = entity where exited_run is null and definitions.key = ?""",
        [key],
    )
    return {row[0] for row in rows.fetchall()}


@pytest.mark.parametrize("seed", range(6))
def test_previous_plus_entered_minus_exited_is_members(shop: Project, seed: int) -> None:
    random, now, before = Random(seed), START, dict[str, int]()
    with open_store(shop.store_path, write=True, create=True) as store:
        for _ in range(8):
            if random.random() < 0.7:
                ingest_some(store, shop, random, now)
            for result in run_at(shop, store, now).run.results:
                assert result.previous == before.get(result.key, 0)
                assert result.previous + result.entered - result.exited == result.members
                assert result.members == len(members(store, result.key))
                before[result.key] = result.members
            considered = members(store, "recent") | members(store, "not_recent")
            assert not members(store, "recent") & members(store, "not_recent")
            [(profiles,)] = store.connection.execute(
                """select count(*) from (select profile from identity where until_generation is null
                   group by profile having min(first_seen) <= ?)""",
                [now],
            ).fetchall()
            assert len(considered) == profiles
            now += timedelta(hours=random.randint(0, 60))


def test_one_audience_alone_has_the_members_that_it_has_among_all(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(1), START)
        alone = {}
        for key in ("recent", "not_recent", "buyers", "lost_buyers"):
            results = run_at(shop, store, START, key, dry_run=True).run.results
            alone[key] = next(result.members for result in results if result.key == key)
        together = {result.key: result.members for result in run_at(shop, store, START).run.results}
    assert alone == together


def test_a_rehearsal_leaves_everything_as_it_was(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(2), START)
        tables = ("runs", "results", "definitions", "memberships")
        assert not run_at(shop, store, START, dry_run=True).committed
        for table in tables:
            assert store.connection.execute(f"select count(*) from {table}").fetchall() == [(0,)]


def test_a_run_does_not_go_back_in_time(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(3), START)
        run_at(shop, store, START)
        with pytest.raises(AudcliError, match="later than"):
            run_at(shop, store, START - timedelta(microseconds=1))
        assert store.connection.execute("select count(*) from runs").fetchall() == [(1,)]


def test_a_merged_profile_exits_under_its_old_key_and_enters_under_the_new(shop: Project) -> None:
    def take(store: Store, **call: str) -> None:
        file = shop.root / "calls.jsonl"
        file.write_text(
            json.dumps({"type": "track", "event": "Visited", "timestamp": START.isoformat(), **call}), "utf-8"
        )
        ingest(store, [str(file)], IngestOptions(strict=True), now=START)

    with open_store(shop.store_path, write=True, create=True) as store:
        take(store, anonymousId="a1", messageId="1")
        run_at(shop, store, START, "recent")
        [old] = members(store, "recent")
        take(store, anonymousId="a1", userId="u1", messageId="2")
        [result] = run_at(shop, store, START, "recent").run.results
        assert (result.previous, result.entered, result.exited, result.members) == (1, 1, 1, 1)
        assert members(store, "recent") != {old}

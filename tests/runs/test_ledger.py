"""The ledger over random sequences of ingests and runs: the sums hold, and a rehearsal changes nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import import_module
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
KEYS = ("recent", "not_recent", "buyers", "lost_buyers")


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


@pytest.mark.parametrize("seed", range(3))
def test_one_audience_alone_has_the_members_that_it_has_among_all(shop: Project, seed: int) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        for _ in range(4):
            ingest_some(store, shop, Random(seed), START)
        alone = {}
        for key in KEYS:
            results = run_at(shop, store, START, key, dry_run=True).run.results
            alone[key] = next(result.members for result in results if result.key == key)
        together = {result.key: result.members for result in run_at(shop, store, START).run.results}
    assert alone == together


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = store.connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    return {table: store.connection.execute(f"from {table} order by all").fetchall() for (table,) in tables}


@pytest.mark.parametrize("runs_before", [0, 1, 2])
def test_a_rehearsal_leaves_everything_as_it_was(shop: Project, runs_before: int) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        for number in range(runs_before):
            ingest_some(store, shop, Random(number), START)
            run_at(shop, store, START)
        ingest_some(store, shop, Random(runs_before), START + timedelta(days=4))
        before = everything(store)
        rehearsed = run_at(shop, store, START + timedelta(days=4), dry_run=True)
        assert everything(store) == before
        done = run_at(shop, store, START + timedelta(days=4))
        assert done.run == rehearsed.run
        assert (rehearsed.committed, done.committed) == (False, True)


def test_a_run_that_fails_leaves_everything_as_it_was(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(5), START)
        run_at(shop, store, START)
        before = everything(store)
        with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
            patch.setattr("audcli.runs.note_duration", lambda *_: 1 / 0)
            run_at(shop, store, START + timedelta(days=4))
        assert everything(store) == before
        assert run_at(shop, store, START + timedelta(days=4)).run.number == 2


def test_the_same_run_again_changes_no_membership(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(6), START)
        run_at(shop, store, START)
        memberships = everything(store)["memberships"]
        for result in run_at(shop, store, START).run.results:
            assert (result.entered, result.exited, result.previous) == (0, 0, result.members)
        assert everything(store)["memberships"] == memberships


def test_the_number_of_threads_changes_nothing(shop: Project) -> None:
    found = []
    for threads in (1, 2):
        shop.store_path.unlink(missing_ok=True)
        with open_store(shop.store_path, write=True, create=True, threads=threads) as store:
            for seed in range(3):
                ingest_some(store, shop, Random(seed), START)
            run_at(shop, store, START)
            found.append({key: members(store, key) for key in KEYS})
    assert found[0] == found[1]


def test_a_run_of_some_leaves_the_others_as_they_were(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(7), START)
        run_at(shop, store, START)
        before = {key: members(store, key) for key in KEYS}
        later = START + timedelta(days=30)
        run = run_at(shop, store, later, "not_recent").run
        assert [result.key for result in run.results] == ["not_recent", "recent"]
        assert {key: members(store, key) for key in ("buyers", "lost_buyers")} == {
            key: before[key] for key in ("buyers", "lost_buyers")
        }
        assert members(store, "recent") == set()
        # What was left out may still be computed at an earlier instant than the others, which may not.
        run_at(shop, store, START + timedelta(days=1), "buyers")
        with pytest.raises(AudcliError, match="may not go back"):
            run_at(shop, store, START + timedelta(days=1), "lost_buyers")


def test_a_run_does_not_go_back_in_time(shop: Project) -> None:
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, Random(3), START)
        run_at(shop, store, START)
        with pytest.raises(AudcliError, match="may not go back"):
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


def test_many_runs_leave_few_row_groups(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("audcli.runs.commit"), "_MANY_RUNS", 5)
    random = Random(3)
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest_some(store, shop, random, START)
    for number in range(14):
        with open_store(shop.store_path, write=True) as store:
            run_at(shop, store, START + timedelta(days=number))
    with open_store(shop.store_path, write=False) as store:
        for table in ("runs", "results", "memberships"):
            found = store.connection.execute(f"select count(distinct row_group_id) from pragma_storage_info('{table}')")
            [(groups,)] = found.fetchall()
            assert groups <= 5, table
        assert store.connection.execute("select count(*) from runs").fetchone() == (14,)

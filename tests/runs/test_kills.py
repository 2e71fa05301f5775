"""Killed at random moments, a compute leaves the last committed run, and the next one completes."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from audcli.pipeline import Moment, compute
from audcli.project import find_project
from audcli.store import Store, open_store
from cli.commands import AUDCLI, STORE, audcli, environment, project

KILLS = 20
PEOPLE = 2_000
START = datetime(2026, 1, 1)
DEFINITIONS = """\
audience: recent
where: {event: Visited, within: 10 days}
---
audience: not_recent
where: {not: {audience: recent}}
"""
WAL = Path(".audcli") / "store.duckdb.wal"


def members_at(day: int) -> dict[str, int]:
    """Who is where: person n comes by once, n hours after the start, and is considered from then on."""
    seen = min(PEOPLE, day * 24 + 1)
    recent = min(PEOPLE, day * 24 + 1) - min(PEOPLE, max(0, (day - 10) * 24 + 1))
    return {"recent": recent, "not_recent": seen - recent}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    calls = [
        {"type": "track", "event": "Visited", "userId": f"u{n}", "timestamp": (START + timedelta(hours=n)).isoformat()}
        for n in range(PEOPLE)
    ]
    made = project(tmp_path_factory.mktemp("killed"), DEFINITIONS, [json.dumps(call) for call in calls])
    assert audcli("ingest", "calls.jsonl", cwd=made).returncode == 0
    return made


def test_a_killed_compute_leaves_the_last_run(folder: Path) -> None:
    random = Random(20)
    started = time.monotonic()
    assert audcli("compute", "--as-of", as_of(0).isoformat(), cwd=folder).returncode == 0
    duration = time.monotonic() - started
    day, killed = 0, 0
    for number in range(KILLS):
        following = day + random.randint(1, 5)
        at_commit = number % 2 == 0
        killed += kill(
            folder, following, 0.03 * random.random() ** 3 if at_commit else random.uniform(0, duration), at_commit
        )
        with open_store(folder / STORE, write=True) as store:
            assert last_day(store) in (day, following)
            check(store)
            compute(find_project(folder, folder), store, (), Moment(as_of(following), as_of(following)))
            assert last_day(store) == following
            check(store)
        day = following
    assert killed


def as_of(day: int) -> datetime:
    return START + timedelta(days=day)


def kill(folder: Path, day: int, after: float, at_commit: bool) -> bool:
    """Start a compute and kill it some seconds later, or after its commit has begun; tell whether it still ran."""
    command = [AUDCLI, "compute", "--as-of", as_of(day).isoformat()]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while at_commit and process.poll() is None and not (folder / WAL).exists():
            time.sleep(0.001)
        time.sleep(after)
        running = process.poll() is None
        process.kill()
    return running


def last_day(store: Store) -> int:
    [(last,)] = store.connection.execute("select max(as_of) from runs").fetchall()
    return int((last - START) / timedelta(days=1))


def check(store: Store) -> None:
    """The members are those of the last run, and the ledger of all runs adds up."""
    members = store.connection.execute(
        """select key, count(entity) filter (exited_run is null) from definitions left join memberships using (definition)
           group by key"""
    ).fetchall()
    assert dict(members) == members_at(last_day(store))
    ledger = store.connection.execute(
        """select key, run, previous, entered, exited, members from results join definitions using (definition)
           order by key, run"""
    ).fetchall()
    assert len(ledger) == 2 * store.connection.execute("select count(*) from runs").fetchall()[0][0]
    last: dict[str, int] = {}
    for key, _, previous, entered, exited, now in ledger:
        assert previous == last.get(key, 0)
        assert previous + entered - exited == now
        last[key] = now

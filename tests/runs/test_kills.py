"""Killed at random moments, a command leaves the last committed state, and the next one completes."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from random import Random

import pytest

from audcli.store import open_store
from cli.commands import AUDCLI, audcli, environment, project

KILLS = 10
DEFINITIONS = """\
audience: people
where: {everyone: true}
---
audience: buyers
where: {event: Bought, times: {at_least: 2}}
"""


def calls(batch: int, size: int) -> list[str]:
    return [
        json.dumps(
            {
                "type": "track",
                "event": "Bought",
                "userId": f"u{batch}_{n % 997}",
                "messageId": f"{batch}-{n}",
                "timestamp": 1.7e9 + n,
                "properties": {"revenue": n},
            }
        )
        for n in range(size)
    ]


def kill_at_random(command: list[str], folder: Path, random: Random, longest: float) -> bool:
    """Start a command and kill it after some time; tell whether it was still running."""
    with subprocess.Popen(
        [AUDCLI, *command], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(random.uniform(0.2, longest))
        running = process.poll() is None
        process.kill()
    return running


def counts(folder: Path) -> tuple[int, int, int]:
    """How many calls, runs and present members the store has; it opens, whatever happened to its last user."""
    with open_store(folder / ".audcli" / "store.duckdb", write=True) as store:
        query = "select (select count(*) from calls), (select count(*) from runs), "
        query += "(select count(*) from memberships where exited_run is null)"
        [found] = store.connection.execute(query).fetchall()
        return found  # type: ignore[no-any-return]


@pytest.mark.slow
def test_a_killed_ingest_is_in_whole_or_not_at_all(tmp_path: Path) -> None:
    size = 20_000
    folder = project(tmp_path, DEFINITIONS, calls(0, 10))
    assert audcli("ingest", "calls.jsonl", cwd=folder).returncode == 0
    committed, _, _ = counts(folder)
    started = time.monotonic()
    (folder / "first.jsonl").write_text("\n".join(calls(99, size)), "utf-8")
    assert audcli("ingest", "first.jsonl", cwd=folder).returncode == 0
    longest = time.monotonic() - started
    committed += size
    killed = 0
    for number in range(1, KILLS + 1):
        (folder / "next.jsonl").write_text("\n".join(calls(number, size)), "utf-8")
        killed += kill_at_random(["ingest", "next.jsonl"], folder, Random(number), longest)
        found, _, _ = counts(folder)
        assert found in (committed, committed + size)
        again = audcli("ingest", "next.jsonl", cwd=folder)
        assert again.returncode == 0, again.stderr
        committed += size
        assert counts(folder)[0] == committed
    assert killed


@pytest.mark.slow
def test_a_killed_compute_leaves_the_last_run(tmp_path: Path) -> None:
    folder = project(tmp_path, DEFINITIONS, calls(0, 20_000))
    assert audcli("ingest", "calls.jsonl", cwd=folder).returncode == 0
    started = time.monotonic()
    assert audcli("compute", cwd=folder).returncode == 0
    longest = time.monotonic() - started
    _, runs, members = counts(folder)
    killed = 0
    for number in range(KILLS):
        killed += kill_at_random(["compute"], folder, Random(number), longest)
        _, found, present = counts(folder)
        assert found in (runs, runs + 1)
        assert present == members
        again = audcli("compute", cwd=folder)
        assert again.returncode == 0, again.stderr
        runs = found + 1
        assert counts(folder)[1:] == (runs, members)
    assert killed

"""A kill at any moment leaves the store at its last commit, and running the ingest again completes it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ingested import NOW, everything

from audcli.ingest import IngestOptions, ingest
from audcli.store import STORE_FILE, Store, open_store

KILLS = 20
FILES = 4

DRIVER = """
import sys
from datetime import datetime
from pathlib import Path
from audcli.ingest import IngestOptions, ingest
from audcli.store import open_store
print("ready", flush=True)
with open_store(Path(sys.argv[1]), write=True, create=True, threads=1) as store:
    ingest(store, [sys.argv[2]], IngestOptions(), now=datetime(2026, 7, 1))
"""


def write_files(folder: Path) -> list[str]:
    chance = random.Random(7)
    folder.mkdir()
    files = []
    for number in range(FILES):
        lines = [
            json.dumps(
                {
                    "type": "track",
                    "event": chance.choice("ABC"),
                    "userId": f"u{chance.randrange(200)}",
                    "anonymousId": f"a{chance.randrange(300)}",
                    "timestamp": chance.randrange(10**6),
                    "properties": {"n": chance.random(), "s": "x" * 50},
                }
            )
            for _ in range(200)
        ]
        path = folder / f"{number}.jsonl"
        path.write_text("\n".join([*lines, f"broken {number}"]), encoding="utf-8")
        files.append(str(path))
    return files


def take_all(store: Store, files: list[str]) -> list[dict[str, list[Any]]]:
    """Ingest file by file, and give the state before, between and after."""
    states = [everything(store)]
    for file in files:
        ingest(store, [file], IngestOptions(), now=NOW)
        states.append(everything(store))
    return states


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    files = write_files(folder)
    with open_store(tmp_path / "whole" / STORE_FILE, write=True, create=True, threads=1) as store:
        started = time.monotonic()
        states = take_all(store, files)
        duration = time.monotonic() - started
    chance = random.Random(11)
    seen = set()
    for number in range(KILLS):
        path = tmp_path / f"killed-{number}" / STORE_FILE
        kill_after(path, folder, chance.uniform(0, duration * 1.2))
        if not path.exists():
            continue
        with open_store(path, write=False) as store:
            row = store.connection.execute("select count(*) from ingests").fetchone()
            assert row is not None
            assert everything(store) == states[row[0]]
            seen.add(row[0])
        with open_store(path, write=True, threads=1) as store:
            ingest(store, [str(folder)], IngestOptions(), now=NOW)
            assert everything(store) == states[-1]
    assert seen & set(range(1, FILES)), "no kill fell between two files"


def kill_after(path: Path, folder: Path, seconds: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(path), str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()

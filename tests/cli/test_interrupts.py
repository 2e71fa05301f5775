"""Ctrl-C and SIGTERM end a command with 130 and one message, and the store is as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import duckdb
import pytest

from cli.commands import AUDCLI, STORE, audcli, environment, held

TAKEN_BACK = "error: interrupted\n  = what was under way is done in whole or not at all\n"
LINE = '{"type": "track", "event": "Bought", "userId": "new", "timestamp": 1, "messageId": "new-%d"}\n'


def counts(folder: Path) -> list[tuple[int, ...]]:
    with duckdb.connect(str(folder / STORE)) as connection:
        tables = ("calls", "identifiers", "runs", "memberships", "ingests", "rejects")
        return connection.execute(f"select {', '.join(f'(select count(*) from {each})' for each in tables)}").fetchall()


def start(*arguments: str, folder: Path, stdin: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [AUDCLI, *arguments], cwd=folder, env=environment(), stdin=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip


def fill(pipe: IO[str]) -> None:
    """Write more than any pipe holds: when this ends, the reader is at work."""
    for number in range(20_000):
        pipe.write(LINE % number)
    pipe.flush()
    time.sleep(0.3)  # on its way into a system call Python is deaf for a moment


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [[], ["--strict"], ["--dry-run"]])
def test_an_ingest_that_is_reading(shop: Path, options: list[str], how: signal.Signals) -> None:
    before = counts(shop)
    with start("ingest", "-", *options, folder=shop, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stderr is not None
        fill(process.stdin)
        process.send_signal(how)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read() == TAKEN_BACK
    assert counts(shop) == before


def test_a_command_that_waits_for_the_store(shop: Path) -> None:
    with held(shop / STORE, "writing"), start("compute", "--wait", "60", folder=shop) as process:
        assert process.stderr is not None
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read() in (TAKEN_BACK, "error: interrupted\n")


@pytest.mark.parametrize(
    "command",
    [["compute"], ["ingest", "calls.jsonl"], ["export", "people", "--output", "people.csv"], ["list"]],
    ids=lambda command: command[0],
)
def test_any_moment_will_do(crowd: Path, command: list[str]) -> None:
    started = time.monotonic()
    assert audcli(*command, cwd=crowd).returncode == 0
    longest = time.monotonic() - started
    interrupted = 0
    for part, how in enumerate([signal.SIGINT, signal.SIGTERM] * 2):
        runs = counts(crowd)[0][2]
        with start(*command, folder=crowd) as process:
            time.sleep(longest * (part + 0.7) / 4)
            process.send_signal(how)
            _, errors = process.communicate(timeout=30)
        # At its very beginning and end the interpreter does not catch signals.
        assert process.returncode in (0, 130, -how)
        assert "Traceback" not in errors
        assert "Exception ignored" not in errors
        if process.returncode == 130:
            interrupted += 1
            assert errors in (TAKEN_BACK, "error: interrupted\n")
            # One that comes when the commit is done is too late to take anything back.
            assert counts(crowd)[0][2] in (runs, runs + (command == ["compute"]))
        assert not list(crowd.glob("*.part"))
    assert interrupted


def test_interrupts_that_are_ignored_stay_so(shop: Path) -> None:
    command = f'trap "" INT; exec {AUDCLI} ingest -'
    with subprocess.Popen(
        ["bash", "-c", command], cwd=shop, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        fill(process.stdin)
        os.kill(process.pid, signal.SIGINT)
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert "20,000" in process.stdout.read()

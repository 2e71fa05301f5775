"""Standard output carries data only, and whoever reads a part of it is served quietly."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.commands import AUDCLI, audcli, environment, project

PEOPLE = 60_000
DEFINITIONS = "audience: people\nwhere: {everyone: true}\n"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an audience whose file is larger than any pipe's buffer."""
    calls = [
        json.dumps(
            {"type": "identify", "userId": f"u{n}", "timestamp": 1e9 + n, "traits": {"email": f"u{n}@x.example"}}
        )
        for n in range(PEOPLE)
    ]
    folder = project(tmp_path_factory.mktemp("crowd"), DEFINITIONS, calls)
    assert audcli("ingest", "calls.jsonl", cwd=folder).returncode == 0
    assert audcli("compute", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("format_", ["unformatted", "indexed", "single-column"])
def test_a_pipe_closed_early_ends_quietly(crowd: Path, format_: str) -> None:
    run = subprocess.run(
        ["bash", "-c", f"set -o pipefail; audcli export people --format {format_} | head -1"],
        cwd=crowd, env=environment(), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert run.stderr == ""
    assert run.returncode == 0
    assert run.stdout.count("\n") == 1


def test_an_export_is_nothing_but_the_file(crowd: Path) -> None:
    run = audcli("export", "people", "--format", "indexed", cwd=crowd)
    assert run.stderr == ""
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    assert {row["email"] for row in rows} == {f"u{n}@x.example" for n in range(PEOPLE)}


def test_json_is_one_document_on_standard_output(crowd: Path) -> None:
    for arguments in (
        ["ingest", "calls.jsonl"], ["validate"], ["compute", "--dry-run"], ["list"], ["show", "people"],
        ["export", "people", "--output", "people.csv"],
    ):  # fmt: skip
        run = audcli(*arguments, "--json", cwd=crowd)
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        json.loads(run.stdout)


def test_quiet_says_nothing_when_all_is_well(crowd: Path) -> None:
    for arguments in (["ingest", "calls.jsonl"], ["validate"], ["compute"]):
        run = audcli(*arguments, "--quiet", cwd=crowd)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def on_a_terminal(*arguments: str, cwd: Path, **extra: str) -> str:
    """Run a command on a pseudo-terminal and give all that it showed."""
    master, slave = pty.openpty()
    settings = {**environment(), "TERM": "xterm-256color", **extra}
    with subprocess.Popen([AUDCLI, *arguments], cwd=cwd, env=settings, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        process.wait()
    os.close(master)
    return shown.decode()


def test_colour_is_for_terminals_that_want_it(crowd: Path) -> None:
    assert "\x1b[" in on_a_terminal("list", cwd=crowd)
    assert "\x1b[" not in on_a_terminal("list", cwd=crowd, NO_COLOR="1")
    assert "\x1b[" not in audcli("list", cwd=crowd).stdout


def test_a_store_in_use_is_said_and_can_be_waited_for(crowd: Path) -> None:
    holder = "import sys, time; from pathlib import Path; from audcli.store import open_store\n"
    holder += "store = open_store(Path('.audcli/store.duckdb'), write=True); print('held', flush=True)\n"
    holder += "time.sleep(float(sys.argv[1])); store.close()\n"
    python = AUDCLI.removesuffix("audcli") + "python"
    with subprocess.Popen([python, "-c", holder, "4"], cwd=crowd, env=environment(), stdout=subprocess.PIPE) as held:
        assert held.stdout is not None
        held.stdout.readline()
        refused = audcli("compute", cwd=crowd)
        assert refused.returncode == 3
        assert refused.stdout == ""
        assert "--wait" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert audcli("compute", "--wait", "30", cwd=crowd).returncode == 0


def holds_store(pid: int) -> bool:
    """Tell whether a process has a store open."""
    try:
        return any("store.duckdb" in str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


@pytest.mark.parametrize("command", [["compute"], ["ingest", "calls.jsonl"]])
def test_an_interrupt_ends_with_130(crowd: Path, command: list[str]) -> None:
    with subprocess.Popen(
        [AUDCLI, *command], cwd=crowd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None and not holds_store(process.pid):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -signal.SIGINT), errors
    assert b"Traceback" not in errors
    assert audcli("list", cwd=crowd).returncode == 0


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    assert "Traceback" not in audcli("list", cwd=tmp_path).stderr
    assert "Traceback" in audcli("list", "--debug", cwd=tmp_path).stderr


def test_a_file_that_is_no_store(crowd: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a store" * 5000, "utf-8")
    run = audcli("--store", str(tmp_path / "notes.txt"), "list", cwd=crowd)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "notes.txt" in run.stderr

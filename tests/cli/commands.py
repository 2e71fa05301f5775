"""Runs audcli as a process of its own, the way a shell does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
AUDCLI = str(Path(sys.executable).with_name("audcli"))
STORE = Path(".audcli") / "store.duckdb"
HOLD = """\
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("held", flush=True)
sys.stdin.read()
"""


def environment() -> dict[str, str]:
    """The environment without settings of audcli and of the terminal, with audcli on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUDCLI_", "COLUMNS", "PYTHON"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "TERM": "dumb"}


def audcli(
    *arguments: str, cwd: Path, stdin: str | None = None, binaries: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end and keep both of its streams; `binaries` has an `audcli` to run in its place."""
    return subprocess.run(
        [binaries / "audcli" if binaries else AUDCLI, *arguments],
        cwd=cwd,
        env=environment(),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def sample_project(folder: Path) -> Path:
    """Copy the repository's sample project into a folder."""
    for name in ("audcli.yaml", "audiences", "sample_data"):
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


def project(folder: Path, definitions: str, calls: list[str]) -> Path:
    """Write a project with some definitions and a file of calls."""
    (folder / "audiences").mkdir(parents=True, exist_ok=True)
    (folder / "audcli.yaml").write_text("", "utf-8")
    (folder / "audiences" / "all.yaml").write_text(definitions, "utf-8")
    (folder / "calls.jsonl").write_text("".join(f"{call}\n" for call in calls), "utf-8")
    return folder


@contextmanager
def held(store: Path, how: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process have the store open until the block ends, or its standard input is closed."""
    command = [sys.executable, "-c", HOLD, str(store), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        try:
            assert holder.stdout.readline() == b"held\n"
            yield holder
        finally:
            holder.stdin.close()

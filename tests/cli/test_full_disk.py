"""On a full disk a command says so and leaves the store as it was; with room again it goes through."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.commands import AUDCLI, environment

FULL = "error: the disk is full; what was under way is not done\n  = free space where the store is, and run it again\n"
LINES = "".join(f'{{"type": "track", "event": "Bought", "userId": "new{n}", "timestamp": {n}}}\n' for n in range(3000))
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def small_disk(tmp_path: Path, shop: Path) -> Iterator[Path]:
    """A copy of the shop on a file system of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield shutil.copytree(shop, disk / "shop")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def run(*arguments: str, cwd: Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; no file that it writes may grow beyond `limit` KiB."""
    command = f'{f"ulimit -f {limit}; " if limit else ""}exec {AUDCLI} "$@"'
    return subprocess.run(
        ["bash", "-c", command, "audcli", *arguments], cwd=cwd, env=environment(), input=LINES, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip


def fill(folder: Path) -> Path:
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (65_536, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                pass
    return filling


def ledger(folder: Path) -> str:
    return run("runs", "--json", cwd=folder).stdout


@pytest.mark.parametrize("command", [["compute"], ["ingest", "-"]], ids=lambda command: command[0])
def test_a_disk_without_room(small_disk: Path, command: list[str]) -> None:
    before = ledger(small_disk)
    filling = fill(small_disk)
    ended = run(*command, cwd=small_disk)
    assert (ended.returncode, ended.stderr) == (1, FULL)
    filling.unlink()
    assert ledger(small_disk) == before
    assert run(*command, cwd=small_disk).returncode == 0


def test_a_limit_on_the_size_of_files(shop: Path) -> None:
    before = ledger(shop)
    ended = run("ingest", "-", cwd=shop, limit=1)
    assert (ended.returncode, ended.stderr) == (1, FULL)
    assert ledger(shop) == before
    assert run("ingest", "-", cwd=shop).returncode == 0

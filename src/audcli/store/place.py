"""The folder of the store: private to its owner, and never part of a repository.

.audcli/              0700
  .gitignore          *
  store.duckdb        0600, with its write-ahead log beside it
  spill-4711/         what process 4711 could not hold in memory; gone when it ends
  rewriting-4711/     copies of the store that process 4711 makes to write it anew; gone when it ends
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STORE_FILE = Path(".audcli") / "store.duckdb"
"""Where the store lies in a project, unless the settings say otherwise."""

_OWN_FOLDER = STORE_FILE.parent.name
_SPILL = "spill-"
_REWRITING = "rewriting-"


def prepare_folder(path: Path) -> None:
    """Make the folder of the store at `path` where it is missing; a folder of the user's own is left as it is."""
    folder = path.parent
    ours = not folder.exists() or folder.name == _OWN_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not ours:
        return
    folder.chmod(0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def spill_folder(path: Path) -> Path:
    """Name the folder into which this process spills; each has its own, since several may read one store."""
    return path.parent / f"{_SPILL}{os.getpid()}"


def queries_folder(path: Path) -> Path:
    """Name the folder into which the queries that this process runs apart from the store spill."""
    return path.parent / f"{_SPILL}{os.getpid()}-queries"


def rewriting_folder(path: Path) -> Path:
    """Name the folder in which this process writes the store anew."""
    return path.parent / f"{_REWRITING}{os.getpid()}"


def remove_left_overs(path: Path) -> None:
    """Remove what killed processes left behind. Only the holder of the store for writing may do so: it is alone."""
    for name in (_SPILL, _REWRITING):
        for folder in path.parent.glob(f"{name}*"):
            if folder not in (spill_folder(path), queries_folder(path), rewriting_folder(path)):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_files() -> Iterator[None]:
    """Let every file made meanwhile be readable by its owner alone.

    The engine makes its log and spill files whenever it needs them, so this lasts as long as the store is open.
    """
    previous = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(previous)

"""A change after which no block of the file holds what was removed: the store is written anew and put in place.

store.duckdb  --file copied-->  rewriting-4711/copy.duckdb  --changed, rows copied-->  rewriting-4711/new.duckdb
new.duckdb  --renamed-->  store.duckdb

Until the renaming, which is one step, the store is as it was; a kill at any moment leaves the old one whole or the
new one whole. The engine marks removed rows and frees blocks, but overwrites neither: hence the second copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from audcli.errors import AudcliError
from audcli.sql_text import sql_text
from audcli.store import refusals
from audcli.store.place import private_files, rewriting_folder
from audcli.store.store import Store, connection_settings, open_store

Result = TypeVar("Result")


def rewrite_store(
    path: Path,
    change: Callable[[Store], Result],
    *,
    wait: float = 0,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Result:
    """Let `change` work on a copy of the store, in a transaction; what remains is written anew and put in its place.

    Nobody else can write to the store meanwhile. When `change` raises, the store stays as it was. Takes up to twice the
    store's size on the disk. Raises what `open_store` does, and `AudcliError` when the disk has no room.
    """
    path = path.resolve()  # what a link points at is to be replaced, and not the link
    settings = connection_settings(path, memory_limit, threads)
    with _workplace(path) as folder, duckdb.connect(":memory:", config=settings) as hub:
        hub.execute("set enable_progress_bar = false")
        copy, new = folder / "copy.duckdb", folder / "new.duckdb"
        while True:
            # Opened for writing, so that a log which a killed process left is taken in, and gone.
            with open_store(path, write=True, wait=wait, memory_limit=memory_limit, threads=threads) as store:
                store.connection.execute("force checkpoint")
            if _copy_and_hold(path, copy, hub):
                break
        with open_store(copy, write=True, memory_limit=memory_limit, threads=threads) as changing:
            with changing.transaction():
                result = change(changing)
            changing.connection.execute("force checkpoint")
        hub.execute(f"attach {sql_text(str(copy))} as changed (read_only)")
        hub.execute(f"attach {sql_text(str(new))} as new")
        for statement in ("copy from database changed to new", "checkpoint new", "detach new", "detach changed"):
            hub.execute(statement)
        copy.unlink()  # it holds what was removed, and is to be gone before the new store is seen
        new.chmod(0o600)
        new.replace(path)
        _sync(path.parent)
    return result


@contextmanager
def _workplace(path: Path) -> Iterator[Path]:
    """Name a folder of this process beside the store, and leave nothing of it behind."""
    folder = rewriting_folder(path)
    shutil.rmtree(folder, ignore_errors=True)
    with private_files():
        try:
            yield folder
        except OSError as error:
            raise AudcliError(
                f"the store cannot be written anew: {(error.strerror or 'the system refuses it').lower()}",
                hint="the store is as it was; it takes twice its size on the disk",
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _copy_and_hold(path: Path, copy: Path, hub: duckdb.DuckDBPyConnection) -> bool:
    """Copy the file and then keep writers out of it; tell whether none came in between.

    It can only be held afterwards: a process that closes a file loses its locks on it.
    """
    before = _state(path)
    copy.parent.mkdir(mode=0o700, exist_ok=True)  # a writer that came in may have tidied it up
    shutil.copyfile(path, copy)
    try:
        hub.execute(f"attach {sql_text(str(path))} as held (read_only)")
    except duckdb.Error as error:
        raise refusals.refusal(error, path) from error
    if before == _state(path):
        return True
    hub.execute("detach held")
    return False


def _state(path: Path) -> tuple[int, int, int, bool]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size, path.with_name(f"{path.name}.wal").exists()


def _sync(folder: Path) -> None:
    """Make the renaming last through a power cut, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

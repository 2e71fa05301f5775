"""Why a store cannot be opened, in words a user can act upon.

IO Error: Could not set lock on file ... (PID 4711)   ->   StoreInUse: the store `...` is in use by process 4711
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from audcli.errors import AudcliError, StoreInUse, UsageError


def refusal(error: duckdb.Error, path: Path) -> AudcliError:
    """Give the error to raise for what the engine said on opening the store at `path`."""
    text = str(error)
    if "Could not set lock" in text:
        return in_use(path, text)
    if "PermissionError" in text or "Permission denied" in text:
        return AudcliError(f"the store `{path}` may not be read or written by this user")
    if re.search(r"version number \d+|newer version|storage version", text, re.IGNORECASE):
        return AudcliError(
            f"the store `{path}` was written by a newer version of the database engine",
            hint="update audcli, or name another store with `--store`",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return UsageError("the memory limit is too small to open the store", hint="give --memory-limit 1GB or more")
    if "not a valid DuckDB database file" in text:
        return AudcliError(f"`{path}` is not a store: it is no DuckDB file", hint="name another file with `--store`")
    return damaged(path)


def in_use(path: Path, text: str) -> StoreInUse:
    """Name the process that holds the store, where the engine says which."""
    holder = re.search(r"PID (\d+)", text)
    who = f"process {holder[1]}" if holder else "another process"
    return StoreInUse(f"the store `{path}` is in use by {who}", hint="wait for it with `--wait SECONDS`")


def damaged(path: Path) -> AudcliError:
    """Say that the file is shorter than it should be, or cannot be understood."""
    return AudcliError(
        f"the store `{path}` is damaged: the file was cut short or overwritten",
        hint="restore it from a backup, or remove it and ingest again",
    )


def missing(path: Path) -> AudcliError:
    """Say that nothing was ingested yet."""
    return AudcliError(f"there is no store at `{path}`", hint="make one with `audcli ingest PATH...`")


def not_made(path: Path, error: OSError) -> AudcliError:
    """Say why no store can be made at a place."""
    return AudcliError(
        f"the store `{path}` cannot be made: {(error.strerror or 'the system refuses it').lower()}",
        hint="name another place with `--store`",
    )


def foreign(path: Path) -> AudcliError:
    """Say that the file is a DuckDB file of somebody else's."""
    return AudcliError(f"`{path}` is a DuckDB file, but not a store of audcli", hint="name another file with `--store`")


def too_new(path: Path, found: int, known: int) -> AudcliError:
    """Say that the layout is of a later audcli."""
    return AudcliError(
        f"the store `{path}` has layout {found}, and this audcli only reads layout {known}",
        hint="update audcli, or name another store with `--store`",
    )


def too_old(path: Path, found: int, known: int) -> AudcliError:
    """Say that the layout is of an earlier audcli."""
    return AudcliError(
        f"the store `{path}` has layout {found}, and this audcli only reads layout {known}",
        hint="ingest your files into a new store: move this one away, or name another with `--store`",
    )

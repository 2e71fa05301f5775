"""Which files the arguments of an ingest name, and in which format each is.

Arguments are files, folders (with all below them), globs, and standard input.

["exports/", "more-*.jsonl.gz", "-"]  ->  exports/a.jsonl, exports/2026/b.ndjson, more-1.jsonl.gz, -
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from audcli.errors import UsageError

STANDARD_INPUT = "-"
COMPRESSED = (".gz", ".zst")

Format = Literal["json", "csv", "parquet"]

FLAT = frozenset({"csv", "parquet"})
"""The formats of rows, which say by their columns what calls are in them."""

_FORMATS: dict[str, Format] = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
}
_ENDING = re.compile(r"\.[a-z]{1,10}$")
_READABLE = (
    f"files end with {', '.join(list(_FORMATS)[:-1])} (then {' or '.join(COMPRESSED)} when compressed) or .parquet"
)


def find_files(paths: Sequence[str]) -> list[str]:
    """Name every file to ingest once, in the order of `paths`, within folders and globs by name.

    Raises `UsageError` when a path names nothing, or a file whose name does not tell its format.
    """
    found: dict[str, None] = {}
    for path in paths:
        files = list(_files_of(path))
        if not files:
            raise UsageError(
                f"`{path}` holds no file to ingest",
                hint=_READABLE,
            )
        found |= dict.fromkeys(files)
    return list(found)


def compression(file: str) -> str | None:
    """Tell by its name how a file is compressed: `gz`, `zst` or not at all."""
    return next((suffix[1:] for suffix in COMPRESSED if file.lower().endswith(suffix)), None)


def format_of(file: str) -> Format | None:
    """Tell by its name in which format a file is, None when its name does not say; Parquet is never compressed.

    A compressed file without any other ending (`1782727200000.1a2b.gz`) is of JSON, as Segment's raw archives are.
    """
    lowered = file.lower()
    unpacked = lowered
    for suffix in COMPRESSED:
        unpacked = unpacked.removesuffix(suffix)
    format_ = next((format_ for suffix, format_ in _FORMATS.items() if unpacked.endswith(suffix)), None)
    if unpacked == lowered:
        return format_
    if format_ is None and _ENDING.search(unpacked) is None:
        return "json"
    return None if format_ == "parquet" else format_


def _files_of(path: str) -> Iterator[str]:
    if path == STANDARD_INPUT:
        yield path
    elif Path(path).is_dir():
        yield from _files_below(path)
    elif Path(path).exists():
        if not _is_readable(path):
            raise UsageError(f"the name of `{path}` does not tell its format", hint=_READABLE)
        yield path
    elif glob.has_magic(path):
        for match in sorted(glob.glob(path, recursive=True)):  # noqa: PTH207 paths may be absolute
            if Path(match).is_dir():
                yield from _files_below(match)
            elif _is_readable(match):
                yield match
    else:
        raise UsageError(f"there is no file `{path}`")


def _files_below(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and _is_readable(name):
                yield str(Path(parent) / name)


def _is_readable(name: str) -> bool:
    return format_of(name) is not None

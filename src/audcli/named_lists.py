"""The values of a `list:` definition, wherever they stand: in the definition or in a file of the project.

vips.csv:  email,since           ->  ["ann@example.com", "bo@example.com"]
           ann@example.com,2024
           bo@example.com,2025
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from audcli.errors import AudcliError
from audcli.external_ids import normal_id
from audcli.plan.model import NamedList


def read_file(key: str, path: Path) -> bytes:
    """Read the file of a list; raises `AudcliError` where that is not possible."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(key, path.name, (error.strerror or "the system refused").lower()) from error


def values_of(source: NamedList, id_type: str | None, content: bytes = b"") -> list[str]:
    """Give the distinct values of a list, in the form of ids of `id_type` if given.

    `content` is that of the list's file, where it has one: one value a line, trimmed, empty ones skipped; only a
    `.csv` has a header, and its first column counts. Raises `AudcliError` for a file that is not to be understood.
    """
    if source.file is None:
        kept: Iterable[str] = source.values or ()
    else:
        trimmed = (value.strip() for value in _lines(source.key, source.file, content))
        kept = (value for value in trimmed if value)
    if id_type is not None:
        kept = (normal_id(id_type, value) for value in kept)
    return list(dict.fromkeys(kept))


def _lines(key: str, name: str, content: bytes) -> Iterator[str]:
    is_csv = name.lower().endswith(".csv")
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="" if is_csv else None)
        if not is_csv:
            yield from text
            return
        rows = csv.reader(text)
        next(rows, None)
        yield from (row[0] for row in rows if row)
    except (UnicodeDecodeError, csv.Error) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise _unreadable(key, name, reason) from error


def _unreadable(key: str, name: str, reason: str) -> AudcliError:
    return AudcliError(f"the file of the list `{key}` cannot be read: {name}: {reason}")

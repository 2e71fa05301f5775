"""The values of a `list:` definition, wherever they stand: in the definition or in a file of the project.

vips.csv:  email,since           ->  ["ann@example.com", "bo@example.com"]
           ann@example.com,2024
           bo@example.com,2025
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from audcli.errors import AudcliError
from audcli.external_ids import normal_id
from audcli.plan.model import NamedList


def values_of(source: NamedList, id_type: str | None, locate: Callable[[str], Path]) -> list[str]:
    """Read the distinct values of a list, trimmed, without empty ones, in the form of ids of `id_type` if given.

    `locate` finds the list's file and sees that it lies inside the project. A file has one value a line; only a
    `.csv` has a header, and its first column counts. Raises `AudcliError` for a file that cannot be read.
    """
    written = source.values if source.file is None else _lines(source.key, locate(source.file))
    trimmed = (value.strip() for value in written or ())
    kept = (value for value in trimmed if value)
    if id_type is not None:
        kept = (normal_id(id_type, value) for value in kept)
    return list(dict.fromkeys(kept))


def _lines(key: str, path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="" if path.suffix == ".csv" else None) as file:
            if path.suffix != ".csv":
                yield from file
                return
            rows = csv.reader(file)
            next(rows, None)
            yield from (row[0] for row in rows if row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise AudcliError(f"the file of the list `{key}` cannot be read: {path.name}: {reason}") from error

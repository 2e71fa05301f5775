"""What an export tells about itself, in numbers that add up.

members 3 · with that id 2 · written 1 · dropped 1 (invalid) · 96 bytes · SHA-256 9f86d0…
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from audcli.export.options import Format

DropReason = Literal["empty", "invalid"]


@dataclass(frozen=True, slots=True)
class File:
    """A file that was written: its path (None for a stream), its rows without the header, its size and digest.

    `size` is in bytes, `sha256` the lower-case hex digest of all of them.
    """

    path: str | None
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One finished export: of which run, how many went in and came out, and what the files are.

    `kind` is `audience` or `trait`, `level` `users` or `accounts`. `as_of` is the run's, in UTC without a zone.
    `header` is the file's first line, by cells, and None where it has none. `members` counts those of an audience, or
    who has a value of a trait, and `users` the users of those, where they are what the rows are of. `written` counts
    rows, headers left out; in `unformatted` and `indexed` it equals `members`, unless rows are of users. `size` is in
    bytes over all files; `sha256` is the digest of the only file, None where there are several. `seconds` is how long
    it took. `left_over` are numbered files that an earlier export of more rows has left beside the new ones.

    The others speak of a single column and are None or empty elsewhere: `with_id` counts the members, or users, that
    have an id of that type; of all their values `dropped` could not be used, `repeated` came out like another one, and
    `already_hashed` were hashes before. Always values = `written` + `repeated` + the sum of `dropped`. `match` names
    the rules of a platform with their date, `max_rows` how many rows a file may have for it.
    """

    key: str
    kind: Literal["audience", "trait"]
    level: str
    format: Format
    run: int
    as_of: datetime
    header: tuple[str, ...] | None
    members: int
    written: int
    size: int
    sha256: str | None
    seconds: float = field(compare=False)
    files: tuple[File, ...]
    users: int | None = None
    id_type: str | None = None
    match: str | None = None
    max_rows: int | None = None
    with_id: int | None = None
    already_hashed: int | None = None
    repeated: int | None = None
    dropped: tuple[tuple[DropReason, int], ...] = ()
    left_over: tuple[str, ...] = ()

"""What an export tells about itself, in numbers that add up.

members 3 · with that id 2 · written 1 · dropped 1 (invalid) · 96 bytes · SHA-256 9f86d0…
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audcli.export.options import Format

DropReason = Literal["empty", "invalid"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One finished export: of which run, how many went in and came out, and what the file is.

    `as_of` is the run's, in UTC without a zone. `header` is the file's first line, by cells. `written`
    counts rows, the header left out; in `unformatted` and `indexed` it equals `members`. `size` is in
    bytes, `sha256` the lower-case hex digest of all of them.

    The others speak of a single column and are None or empty elsewhere: `with_id` counts the members that
    have an id of that type; of all their values `dropped` could not be used, `repeated` came out like
    another one, and `already_hashed` were hashes before. Always values = `written` + `repeated` + the sum
    of `dropped`.
    """

    key: str
    format: Format
    run: int
    as_of: datetime
    header: tuple[str, ...]
    members: int
    written: int
    size: int
    sha256: str
    with_id: int | None = None
    already_hashed: int | None = None
    repeated: int | None = None
    dropped: tuple[tuple[DropReason, int], ...] = ()

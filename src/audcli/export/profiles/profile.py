"""The published rules by which a platform matches what it is given, as they were at a date.

google-2026-07    email    header Email    lower-case, without white space, …    hashed
                  phone    header Phone    E.164                                 hashed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audcli.export.rules import Rule


@dataclass(frozen=True, slots=True)
class Column:
    """How values of an id type are written for a platform, and under which header.

    `plain_header` stands over values that are not hashed, where the platform calls them differently.
    """

    header: str
    rule: Rule
    plain_header: str | None = None


@dataclass(frozen=True, slots=True)
class Vector:
    """A value and what is made of it: `normalised`, which is what is hashed, or None where it is dropped.

    `sha256` is the digest that the platform or another source publishes for it; `region` the default region.
    """

    id_type: str
    value: str
    normalised: str | None
    sha256: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of a platform: `date` (`2026-07`) is when they were read, `source` where.

    `columns` has the id types that the platform takes, `max_rows` how many rows a file may have.
    """

    platform: str
    date: str
    source: str
    columns: Mapping[str, Column]
    vectors: tuple[Vector, ...]
    max_rows: int | None = None

    @property
    def name(self) -> str:
        """The name that `--match` pins: `google-2026-07`."""
        return f"{self.platform}-{self.date}"

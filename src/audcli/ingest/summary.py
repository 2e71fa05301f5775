"""What an ingest is asked for, and what it says in the end. In every file read = accepted + duplicates + rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from audcli.ingest.mapping import TableMapping


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to ingest.

    `strict`: any reject leaves the store as it was. `dry_run`: so does everything. `blocked_values`: values that
    identify nobody, besides the built-in ones. `external_ids`: types of external id, each with the dotted path in the
    call at which it stands. `tables` say what the rows of flat files become.
    """

    strict: bool = False
    dry_run: bool = False
    blocked_values: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[TableMapping, ...] = ()


class Progress(Protocol):
    """Told now and then how far an ingest is: of `total_bytes` (0 when unknown), and records read and rejected.

    `stored` is absent while a file is read, and then the share that is done of storing it.
    """

    def __call__(self, bytes_done: int, total_bytes: int, rows: int, rejects: int, stored: float | None = None) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What became of the records of one file.

    Duplicates by content are calls without a message id; `repeated_content` counts those of them that an earlier
    record of the same file repeats, which is worth a warning. `error` says why a file could not be read; nothing of
    it is stored then, and all counts are 0.
    """

    file: str
    read: int = 0
    accepted: int = 0
    duplicate_ids: int = 0
    duplicate_content: int = 0
    repeated_content: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None

    @property
    def rejects(self) -> int:
        """How many records were rejected."""
        return sum(self.rejected.values())

    @property
    def gave_no_call(self) -> bool:
        """Tell whether not one record of the file was a call."""
        return self.read == self.rejects


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What became of all files. `stored` is false after a dry run, and after rejects when `strict`."""

    files: tuple[FileSummary, ...]
    stored: bool
    strict: bool

    @property
    def total(self) -> FileSummary:
        """The sums over all files, under the name `total`."""
        rejected: Counter[str] = Counter()
        for file in self.files:
            rejected.update(file.rejected)
        return FileSummary(
            file="total",
            read=sum(file.read for file in self.files),
            accepted=sum(file.accepted for file in self.files),
            duplicate_ids=sum(file.duplicate_ids for file in self.files),
            duplicate_content=sum(file.duplicate_content for file in self.files),
            repeated_content=sum(file.repeated_content for file in self.files),
            rejected=dict(sorted(rejected.items())),
        )

    @property
    def failed(self) -> bool:
        """Tell whether the exit status is 1: a file gave no call at all, or there is any reject when `strict`."""
        return any(file.gave_no_call or (self.strict and file.rejects) for file in self.files)

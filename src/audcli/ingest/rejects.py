"""The records that could not be used, as the store keeps them: listed, counted, written out for repair, forgotten.

rejects(store)                   ->  RejectedRecord(file="june.jsonl", line=7, reason="missing_time", raw=b'{...}'), ...
write_raw(rejects(store), sink)  ->  their raw texts, one a line
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from audcli.errors import UsageError
from audcli.store import Store

_FETCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that could not be used: where it stood when it was first met, why, and its bytes as they stood.

    `raw` is absent when they are more than 1 MiB; `digest` is their SHA-256 in any case.
    """

    generation: int
    file: str
    line: int
    reason: str
    detail: str
    digest: str
    raw: bytes | None


class Written(NamedTuple):
    """How many records were written, and how many were left out since the store has no raw text of them."""

    written: int
    left_out: int


def rejects(store: Store, *, reason: str | None = None, limit: int | None = None) -> Iterator[RejectedRecord]:
    """List the committed rejects (only those of a reason, only the first ones) by ingest, file and line."""
    rows = store.connection.cursor().execute(
        """select generation, file, line, reason, detail, digest, raw from rejects
           where $reason is null or reason = $reason
           order by generation, file, line, reason, digest limit $limit""",
        {"reason": reason, "limit": limit},
    )
    while batch := rows.fetchmany(_FETCH_ROWS):
        for row in batch:
            yield RejectedRecord(*row)


def count_rejects(store: Store, *, reason: str | None = None) -> dict[str, int]:
    """Count the rejects by reason; raises `UsageError` for a reason that none of them has."""
    rows = store.connection.execute("select reason, count(*) from rejects group by reason order by reason")
    counts: dict[str, int] = dict(rows.fetchall())
    if reason is None:
        return counts
    if reason not in counts:
        raise _unknown_reason(reason, list(counts))
    return {reason: counts[reason]}


def write_raw(records: Iterable[RejectedRecord], write: Callable[[bytes], None]) -> Written:
    """Write the raw text of each record on a line of its own.

    A record of several lines (an element of a JSON array may be) becomes one: its line breaks are written as blanks.
    """
    written = left_out = 0
    for record in records:
        if record.raw is None:
            left_out += 1
        else:
            write(record.raw.replace(b"\n", b" ") + b"\n")
            written += 1
    return Written(written, left_out)


def clear_rejects(store: Store, *, reason: str | None = None) -> int:
    """Remove the rejects (only those of a reason) from the list, and say how many they were."""
    removed = store.connection.execute(
        "delete from rejects where $reason is null or reason = $reason", {"reason": reason}
    ).fetchone()
    return int(removed[0]) if removed else 0


def _unknown_reason(reason: str, known: list[str]) -> UsageError:
    if not known:
        return UsageError(f"there are no rejects, so none has the reason `{reason}`")
    named = get_close_matches(reason, known, n=3) or known
    return UsageError(
        f"no reject has the reason `{reason}`", hint=f"there are {', '.join(f'`{each}`' for each in named)}"
    )

"""The records that could not be used, as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audcli.store import Store

_FETCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that could not be used: where it stood when it was first met, why, and its text.

    `raw` is absent when the text is longer than 1 MiB; bytes that are not UTF-8 stand in it as `\\xff`.
    """

    generation: int
    file: str
    line: int
    reason: str
    detail: str
    digest: str
    raw: str | None


def rejects(store: Store) -> Iterator[RejectedRecord]:
    """List the committed rejects by ingest, file and line."""
    rows = store.connection.cursor().execute("""
        select generation, file, line, reason, detail, digest, raw from rejects
        order by generation, file, line, reason, digest""")
    while batch := rows.fetchmany(_FETCH_ROWS):
        for row in batch:
            yield RejectedRecord(*row)


def count_rejects(store: Store) -> dict[str, int]:
    """Count the rejects by reason."""
    rows = store.connection.execute("select reason, count(*) from rejects group by reason order by reason")
    return dict(rows.fetchall())

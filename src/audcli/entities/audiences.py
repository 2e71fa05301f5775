"""The audiences that one entity is in, as the last committed runs have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb


@dataclass(frozen=True, slots=True)
class InAudience:
    """An audience that the entity is in since a run, and the instant (UTC) that this run evaluated at.

    `key` is the entity's key as that run had it.
    """

    audience: str
    since_run: int
    as_of: datetime
    key: str


def audiences_of(connection: duckdb.DuckDBPyConnection, level: str, keys: Mapping[int, str]) -> tuple[InAudience, ...]:
    """List the audiences that an entity is in by their keys; `keys` are its own by the numbers of the store."""
    rows = connection.execute(
        """select key, entered_run, as_of, entity
           from memberships join definitions using (definition) join runs on run = entered_run
           where exited_run is null and level = $level and list_contains($entities, entity)
           order by key, entered_run""",
        {"level": level, "entities": list(keys)},
    ).fetchall()
    return tuple(InAudience(audience, run, as_of, keys[entity]) for audience, run, as_of, entity in rows)

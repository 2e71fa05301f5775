"""The traits of one entity: custom ones from its calls, computed ones from the last runs.

{"plan": "free", "city": "Ulm"} then {"plan": "pro", "city": null}    ->   {"plan": "pro"}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True, slots=True)
class ComputedTrait:
    """A trait that runs compute, `kind` is `trait` or `sql_trait`; the value is since `run`."""

    name: str
    value: Any
    kind: str
    since_run: int


def latest_traits(texts: Iterable[str]) -> dict[str, Any]:
    """Fold the traits of calls, given in their order as JSON: each has its latest value, `null` removes it."""
    latest: dict[str, Any] = {}
    for text in texts:
        latest |= json.loads(text)
    return {name: latest[name] for name in sorted(latest) if latest[name] is not None}


def computed_traits(
    connection: duckdb.DuckDBPyConnection, level: str, entities: Sequence[int]
) -> tuple[ComputedTrait, ...]:
    """Read the values that the entities (one entity under its keys) have from the last runs, by name."""
    rows = connection.execute(
        """select name, value, kind, trait_values.since_run
           from trait_values join current_trait_values using (trait, entity)
               join trait_names using (trait) join definitions using (definition)
           where until_run is null and level = $level and list_contains($entities, entity)
           order by name, trait_values.since_run""",
        {"level": level, "entities": list(entities)},
    ).fetchall()
    return tuple(ComputedTrait(name, json.loads(value), kind, since) for name, value, kind, since in rows)

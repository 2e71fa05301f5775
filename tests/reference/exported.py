"""What an export of a computed trait holds (sections 11 and 14): who is listed, and how a value is written.

{"trait": "total", "compute": "sum", …}  ->  {"total": {"use_4fq…": "12.5"}}
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from reference.computed import compute, trait_value
from reference.events import Subject
from reference.snapshot import Entity, take_snapshot
from reference.values import Value, number_text


def exported_values(
    definitions: list[dict[str, Any]],
    calls: list[dict[str, Any]],
    as_of: datetime,
    settings: dict[str, Any] | None = None,
) -> dict[str, dict[str, str]]:
    """Give for each computed trait the written value of everybody whom an export of it lists, by key."""
    snapshot = take_snapshot(definitions, calls, as_of, settings or {})
    found: dict[str, dict[str, str]] = {}
    for definition in definitions:
        if "trait" in definition:
            found[definition["trait"]] = listed = {}
            for entity in snapshot.entities(definition.get("of", "users")):
                value = _listed(definition, Subject(snapshot, entity, _trait_of(snapshot)))
                if value is not None:
                    listed[entity.key] = written(value)
    return found


def _trait_of(snapshot: Any) -> Any:
    def find(entity: Entity, path: str) -> Value:
        return trait_value(snapshot, entity, path)

    return find


def _listed(definition: dict[str, Any], subject: Subject) -> Value:
    """Section 11: only who has an event that qualifies and, where a property is read, has it in a readable form."""
    value = compute(definition, subject)
    if definition["compute"] == "sum":
        return value if compute({**definition, "compute": "average"}, subject) is not None else None
    if definition["compute"] in ("count", "unique_count", "unique_users"):
        return value or None
    return value


def written(value: Value) -> str:
    """Section 14: strings as they are, numbers by their shortest text, lists and objects as compact sorted JSON."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Value) -> str:
    match value:
        case dict():
            return "{" + ",".join(f"{_json(name)}:{_json(value[name])}" for name in sorted(value)) + "}"
        case list():
            return "[" + ",".join(map(_json, value)) + "]"
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return number_text(value)
    return json.dumps(value, ensure_ascii=False)

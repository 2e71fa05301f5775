"""Reads the shapes of docs/json.md as JSON Schemas.

## runs                               {"runs": {"anyOf": [{"type": "array", "items": {...}}, ...]}}
[{"run": "integer", …}]          ->
"""

from __future__ import annotations

import json
import re
from typing import Any

_BLOCK = re.compile(r"^(#{2,3}) ([^\n]+)$|^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KINDS: dict[str, Any] = {
    "any": {},
    "instant": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"},
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
}


def read_shapes(page: str) -> dict[str, dict[str, Any]]:
    """Give the schema of every section that has shapes, by its heading; a document may have any of them."""
    shapes: dict[str, list[Any]] = {}
    heading = ""
    for found in _BLOCK.finditer(page):
        if found[2]:
            heading = found[2]
        else:
            shapes.setdefault(heading, []).append(_schema(json.loads(found[3])))
    definitions = {name: {"anyOf": each} for name, each in shapes.items()}
    return {name: {**each, "$defs": definitions} for name, each in definitions.items()}


def _schema(shape: Any) -> dict[str, Any]:
    match shape:
        case {"*": value, **rest} if not rest:
            return {"type": "object", "additionalProperties": _schema(value)}
        case dict():
            fields = {name: _schema(value) for name, value in shape.items()}
            return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
        case [one]:
            return {"type": "array", "items": _schema(one)}
        case list():
            return {"type": "array", "prefixItems": [_schema(each) for each in shape], "items": False}
        case str():
            return {"anyOf": [_named(name) for name in shape.split(" | ")]}
    raise AssertionError(f"{shape!r} is no shape")


def _named(name: str) -> dict[str, Any]:
    if name.startswith("'"):
        return {"const": name.strip("'")}
    if name[0].isupper():
        return {"$ref": f"#/$defs/{name}"}
    return dict(_KINDS[name])

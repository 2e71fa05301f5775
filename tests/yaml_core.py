"""YAML for the tests: read as its 1.2 core schema with dates says, and written so that any reader agrees.

    read_documents("audience: a\nwhere: {trait: v, on: 2026-01-05}")
        ->  [{"audience": "a", "where": {"trait": "v", "on": date(2026, 1, 5)}}]

Independent of audcli's own reader on purpose.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

import yaml


class _CoreLoader(yaml.SafeLoader):
    """Plain scalars by the core schema, in which `yes`, `on` and `12:30` are strings."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML reads it from the class


_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), None)
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), None)
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), None)
_CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"), None
)
_CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:timestamp",
    re.compile(r"^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|[-+]\d\d:\d\d))?)?$"),
    None,
)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def read_documents(text: str) -> list[Any]:
    """Read all documents of one text."""
    return [document for document in yaml.load_all(text, Loader=_CoreLoader) if document is not None]


def write_documents(documents: list[dict[str, Any]]) -> str:
    """Write documents, each on a line of its own, in flow style with every string quoted."""
    return "\n---\n".join(_mapping(document) for document in documents) + "\n"


def _mapping(document: dict[str, Any]) -> str:
    """The kind and key stand first and plainly, as people write them."""
    return "\n".join(f"{key}: {_flow(value)}" for key, value in document.items())


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_quoted(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str():
            return _quoted(value)
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
    return json.dumps(value)


def _quoted(text: str) -> str:
    """Write a double-quoted scalar; JSON's surrogate pairs mean nothing to YAML, which has `\\U` instead."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if " " <= char <= "~":
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"

"""The JSON Schema of definition files: what an editor needs to complete, explain and check them while one types.

    json_schema()   ->   {"$schema": "https://json-schema.org/draft/2020-12/schema", "anyOf": [...], "$defs": {...}}

The shapes come from the models, the words from `field_descriptions`. The schema knows one document at a time; what
parts mean together and what other files hold is for `audcli validate`.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from audcli.definitions.documents import DOCUMENT_KINDS, AnyDocument, Condition
from audcli.definitions.events import EventSource, Filter
from audcli.definitions.field_descriptions import description_of

JsonSchema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHARED: dict[str, Any] = {"Condition": Condition, "Filter": Filter}
"""Unions that stand in many places, each written out once under a name of its own."""
_MAY_BE_EMPTY = {"tags", "calls", "members"}


def json_schema() -> JsonSchema:
    """Give the schema of one document of a definition file, every field of it described."""
    every_kind: Any = AnyDocument
    whole = TypeAdapter(every_kind).json_schema(by_alias=True)
    definitions: dict[str, JsonSchema] = whole["$defs"]
    shared = {name: TypeAdapter(union).json_schema(by_alias=True)["oneOf"] for name, union in _SHARED.items()}
    tidy = {name: _tidied(schema, shared) for name, schema in definitions.items() if name != "Duration"}
    for name, schema in tidy.items():
        _describe(name, schema)
        if name in _models_with_a_source():
            schema["oneOf"] = [{"required": [head]} for head in ("event", "page", "screen")]
    for name, arms in shared.items():
        tidy[name] = {"anyOf": [_tidied(arm, shared) for arm in arms]}
    return {
        "$schema": _DIALECT,
        "title": "A definition of audcli",
        "type": "object",
        "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in DOCUMENT_KINDS.values()],
        "$defs": dict(sorted(tidy.items())),
    }


def _models_with_a_source() -> set[str]:
    return {model.__name__ for model in _below(EventSource)}


def _below(model: type[EventSource]) -> list[type[EventSource]]:
    return [below for each in model.__subclasses__() for below in (each, *_below(each))]


def _tidied(schema: Any, shared: dict[str, Any]) -> Any:
    """Take out what pydantic adds and a definition cannot write: nulls, defaults of null, titles."""
    match schema:
        case {"oneOf": arms} if arms in shared.values():
            return {"$ref": f"#/$defs/{next(name for name, each in shared.items() if each == arms)}"}
        case {"oneOf": arms} | {"anyOf": arms}:
            kept = [_tidied(arm, shared) for arm in arms if arm != {"type": "null"}]
            rest = {name: _tidied(each, shared) for name, each in schema.items() if name not in ("oneOf", "anyOf")}
            rest.pop("title", None)
            if rest.get("default", 0) is None:
                del rest["default"]
            return {**kept[0], **rest} if len(kept) == 1 else {"anyOf": kept, **rest}
        case {"properties": dict() as properties}:
            own = {name: _field(name, each, shared) for name, each in properties.items()}
            return {**{name: each for name, each in schema.items() if name != "title"}, "properties": own}
        case dict():
            return {name: _tidied(each, shared) for name, each in schema.items() if name != "title"}
        case list():
            return [_tidied(each, shared) for each in schema]
        case _:
            return schema


def _field(name: str, schema: JsonSchema, shared: dict[str, Any]) -> JsonSchema:
    tidy: JsonSchema = _tidied(schema, shared)
    for each in (tidy, *tidy.get("anyOf", ())):
        if each.get("type") == "array" and name not in _MAY_BE_EMPTY:
            each.setdefault("minItems", 1)
    return tidy


def _describe(model: str, schema: JsonSchema) -> None:
    for name, each in schema["properties"].items():
        each["description"] = description_of(model, name)

"""Values below names: variants as the store keeps them, JSON, and structs."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.vocabulary.literals import cast, function_call, text
from audcli.stored_numbers import WHOLE_DOUBLE


def member_of_variant(value: Expr, name: str) -> Expr:
    """Give the value below a name of a variant object, NULL where there is none."""
    return function_call("variant_extract", value, text(name))


def has_member(value: Expr, name: str) -> Expr:
    """The variant object has that name, be its value null or not."""
    return function_call("variant_exists", value, text(name))


def variant_of_json(value: Expr) -> Expr:
    """Read JSON, or text that is known to be JSON, as a variant."""
    return cast(cast(value, "JSON"), "VARIANT")


def to_json(value: Expr, has_numbers: bool = True) -> Expr:
    """Write a variant as JSON; a JSON null is NULL. What surely has no whole numbers is written in less time."""
    json = cast(value, "JSON")
    if not has_numbers:
        return json
    whole = function_call("regexp_replace", cast(json, "VARCHAR"), text(WHOLE_DOUBLE), text(r"\1\2"), text("g"))
    return cast(whole, "JSON")


def json_of(value: Expr) -> Expr:
    """Write any value as JSON: texts as strings, lists as arrays."""
    return function_call("to_json", value)


def member_of_json(value: Expr, name: str) -> Expr:
    """Give the value below a name of a JSON object, NULL where there is none."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return function_call("json_extract", value, text(pointer))


def json_kind(value: Expr) -> Expr:
    """Give the engine's name for the kind of a JSON value: `VARCHAR`, `DOUBLE`, `ARRAY` …"""
    return function_call("json_type", value)


def json_text(value: Expr) -> Expr:
    """Give the text of a JSON string, unquoted."""
    return function_call("json_extract_string", value, text("$"))


def json_elements(value: Expr) -> Expr:
    """Give the elements of a JSON array."""
    return cast(value, "JSON[]")


def json_size(value: Expr) -> Expr:
    """Give the number of elements of a JSON array."""
    return function_call("json_array_length", value)


def struct(members: Mapping[str, Expr]) -> Expr:
    """Put values together under names; structs are compared member by member, NULL after everything else."""
    pairs = (exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in members.items())
    return function_call("struct_pack", *pairs)


def member(value: Expr, name: str) -> Expr:
    """Give a member of a struct."""
    return function_call("struct_extract", value, text(name))

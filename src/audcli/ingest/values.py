"""JSON values as the store keeps them, and the kinds of value they hold.

    {"price": 10.0, "tags": ["a", "b"]}  ->  {"price": 10, "tags": ["a", "b"]}
    signature: (("price", "tags"), ("integer", frozenset({("string", 2)})))

A whole double within 2**53 becomes an integer, an integer beyond 64 bits a double. The signature is the same for all
objects of the same names and kinds, so that the catalog counts signatures and not values.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from audcli.catalog import EXACT_IN_DOUBLE, Kind
from audcli.ingest.unusable import MAX_DEPTH, Unusable, shown, too_deep

Signature: TypeAlias = (
    Kind | tuple[tuple[str, ...] | None, tuple["Signature", ...]] | frozenset[tuple["Signature", int]]
)
"""A kind; of an object its names (None when they are very many) and their signatures; of a list how often each
signature stands in it."""

MANY_NAMES = 200
"""An object that shows more names than this is taken as a map: its names are data."""

_INTEGER_LIMIT = 2**63
_PLAIN_KINDS: dict[type, Kind] = {str: "string", bool: "boolean", type(None): "null"}


def canonical_object(value: dict[str, Any], depth: int = 1) -> Signature:
    """Make all numbers within `value` canonical, in place, and give its signature.

    `depth` is that of `value` in its record. Raises `Unusable` for numbers out of range and for too deep a nesting.
    """
    if depth > MAX_DEPTH:
        raise too_deep()
    kinds: list[Signature] = []
    plain = _PLAIN_KINDS.get
    for name, item in value.items():
        kind: Signature | None = plain(type(item))
        if kind is None:
            if type(item) is int and -EXACT_IN_DOUBLE <= item <= EXACT_IN_DOUBLE:
                kind = "integer"
            else:
                value[name], kind = canonical(item, depth + 1)
        kinds.append(kind)
    return (tuple(value) if len(kinds) <= MANY_NAMES else None), tuple(kinds)


def canonical(value: Any, depth: int = 1) -> tuple[Any, Signature]:
    """Give a value with canonical numbers (objects and lists are changed in place), and its signature."""
    type_ = type(value)
    if type_ is float:
        return _canonical_double(value)
    if type_ is dict:
        return value, canonical_object(value, depth)
    if type_ is list:
        return value, _canonical_list(value, depth)
    if type_ is int:
        return _canonical_integer(value)
    return value, _PLAIN_KINDS[type_]


def kind_of(value: Any) -> Kind:
    """Tell the kind of a value whose numbers are canonical."""
    match value:
        case dict():
            return "object"
        case list():
            return "list"
        case float():
            return "double"
        case int() if not isinstance(value, bool):
            return "integer" if -EXACT_IN_DOUBLE <= value <= EXACT_IN_DOUBLE else "big_integer"
    return _PLAIN_KINDS[type(value)]


def out_of_range(number: float) -> Unusable:
    """Refuse a record for a number that no finite double stands for."""
    written = shown(number) if isinstance(number, int) else "a number"
    return Unusable("number_out_of_range", f"{written} is outside the range of doubles")


def _canonical_double(number: float) -> tuple[float, Kind]:
    if number.is_integer() and -EXACT_IN_DOUBLE <= number <= EXACT_IN_DOUBLE:
        return int(number), "integer"
    if number - number != 0:  # so it is for infinities
        raise out_of_range(number)
    return number, "double"


def _canonical_integer(number: int) -> tuple[float, Kind]:
    if -EXACT_IN_DOUBLE <= number <= EXACT_IN_DOUBLE:
        return number, "integer"
    if -_INTEGER_LIMIT <= number < _INTEGER_LIMIT:
        return number, "big_integer"
    try:
        return float(number), "double"
    except OverflowError:
        raise out_of_range(number) from None


def _canonical_list(items: list[Any], depth: int) -> Signature:
    if depth > MAX_DEPTH:
        raise too_deep()
    kinds: list[Signature] = []
    for place, item in enumerate(items):
        items[place], kind = canonical(item, depth + 1)
        kinds.append(kind)
    return frozenset(Counter(kinds).items())

"""Literals of a type that the value held against them has never had, and tests that no value of its kinds can pass.

price: {greater_than: 100}   where prices have only been texts such as "cheap"   ->   warning[type-never-seen]
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from audcli.catalog import Kind, Shape, flattened
from audcli.definitions.doubts.reading import Asked, Reading
from audcli.definitions.instants import read_instant
from audcli.definitions.reporting import Prose, listed, report
from audcli.definitions.yaml_scalars import ScalarError, read_number
from audcli.diagnostics import Diagnostic
from audcli.numbers import shortest_text

_NUMBERS: tuple[Kind, ...] = ("integer", "big_integer", "double")
_CALLED: dict[Kind, str] = {
    "integer": "a number", "big_integer": "a number", "double": "a number", "string": "a text", "boolean": "a boolean",
    "object": "an object", "list": "a list",
}  # fmt: skip
_DATES = {"before", "after", "on_or_before", "on_or_after", "on", "during"}
_DATES |= {"within_last", "before_last", "within_next", "after_next"}
_ORDER = ("greater_than", "at_least", "less_than", "at_most")
_EQUAL = ("equals", "not_equals", "one_of", "none_of")


def unseen_kinds(reading: Reading) -> Iterator[Diagnostic]:
    """Warn of every test that asks for another type than the value has had so far."""
    for asked in reading.asked:
        if asked.operators is None or asked.shape is None:
            continue
        if asked.is_single and (limits := _crossed_limits(asked.operators.value)):
            yield report("crossed-limits", reading.source.span_of(asked.operators.loc), path=asked.path, limits=limits)
        for name, operand in asked.operators.value.items():
            wanted = _wanted(name, operand)
            if wanted and not any(_occurs(each, operand, asked.shape) for each in wanted):
                yield _report(asked, name, wanted, asked.shape, reading)


def _crossed_limits(operators: dict[str, Any]) -> Prose | None:
    """Name two limits between which no number lies; elements of a list could pass them, one each."""
    for lower in ("greater_than", "at_least"):
        for upper in ("less_than", "at_most"):
            low, high = operators.get(lower), operators.get(upper)
            if not isinstance(low, int | float) or not isinstance(high, int | float):
                continue
            if low > high or (low == high and (lower, upper) != ("at_least", "at_most")):
                return listed([f"{lower}: {shortest_text(low)}", f"{upper}: {shortest_text(high)}"], "and")
    return None


def _wanted(name: str, operand: Any) -> list[str]:
    """Say as what a value is read for an operator, in one or more ways; nothing for those that any value may pass."""
    if name in ("has", "size"):
        return ["an object" if name == "has" else "a list"]
    if name in _DATES:
        return ["a date"]
    if isinstance(operand, dict):
        return []
    if name in _ORDER:
        return ["a number"]
    if name in _EQUAL:
        return list(dict.fromkeys(map(_type_of, operand if isinstance(operand, list) else [operand])))
    return []


def _type_of(literal: Any) -> str:
    match literal:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case date():
            return "a date"
        case _:
            return "a text"


def _occurs(wanted: str, operand: Any, shape: Shape) -> bool:
    """Tell whether values of the shape can be read so; of texts the one that was kept as an example decides."""
    if wanted == "a list":
        return "list" in shape.kinds
    single = flattened(shape)
    kinds = single.kinds
    if wanted == "an object":
        return "object" in kinds
    if wanted == "a text":
        texts = [each for each in (operand if isinstance(operand, list) else [operand]) if isinstance(each, str)]
        return "string" in kinds or any(_is_text_of(each, kinds) for each in texts)
    if wanted == "a boolean" and "boolean" in kinds:
        return True
    if wanted == "a number" and kinds & set(_NUMBERS):
        return True
    return "string" in kinds and _reads(single.examples.get("string"), wanted)


def _is_text_of(literal: str, kinds: frozenset[Kind]) -> bool:
    """Tell whether a literal can be the text of a number or boolean."""
    if "boolean" in kinds and literal.lower() in ("true", "false"):
        return True
    return bool(kinds & set(_NUMBERS)) and _is_number(literal)


def _reads(example: str | None, wanted: str) -> bool:
    if example is None or example.endswith("..."):  # a long one is cut
        return True
    text = json.loads(example)
    if wanted == "a boolean":
        return str(text).lower() in ("true", "false")
    return _is_number(text) if wanted == "a number" else _is_date(text)


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except (ValueError, ScalarError):
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        read_instant(text)
    except ValueError:
        return False
    return True


def _report(asked: Asked, name: str, wanted: list[str], shape: Shape, reading: Reading) -> Diagnostic:
    has_been = list(dict.fromkeys(_CALLED[kind] for kind in _in_order(shape)))
    inside = flattened(shape)
    example = next((inside.examples[kind] for kind in _in_order(inside) if kind in inside.examples), None)
    assert asked.operators is not None
    is_written = isinstance(_value_at(reading.source.value, asked.operators.loc), dict)
    loc = (*asked.operators.loc, name) if is_written else asked.operators.loc
    return report(
        "type-never-seen",
        reading.source.span_of(loc),
        path=asked.path,
        wanted=Prose(" or ".join(wanted)),
        found=Prose(" or ".join(has_been)),
        example=Prose(f", such as {listed([example])}" if example is not None else ""),
    )


def _in_order(shape: Shape) -> list[Kind]:
    """List the kinds that a shape has shown, the most frequent first."""
    return sorted(shape.kinds, key=lambda kind: (-shape.seen[kind], kind))


def _value_at(value: Any, loc: tuple[str | int, ...]) -> Any:
    for step in loc:
        value = value[step]
    return value

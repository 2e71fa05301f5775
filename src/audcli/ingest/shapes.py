"""Which shapes the calls of a file have, counted by signature and folded into the catalog.

Shapes.number(...)  ->  a small number, the same for all objects of the same names and kinds
Shapes.fold(...)    ->  the shape of a call grows by what so many objects of that number showed
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from audcli.catalog import Shape
from audcli.ingest.values import MANY_NAMES, Signature, kind_of

OVERFLOW = -1
"""The number of all signatures after the first many: they are counted at once, and folded together."""

CallName = tuple[str, str]
"""The type and the name of a call."""

_MANY_SIGNATURES = 20_000
_EXAMPLE_LENGTH = 60


class Shapes:
    """The signatures of one file, with one object of each."""

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[Signature, int] = {}
        self._samples: list[dict[str, Any]] = []
        self._overflow: dict[tuple[CallName, bool], Shape] = {}

    def number(
        self, signatures: Sequence[Signature], values: Sequence[Any], calls: Sequence[CallName], in_context: bool
    ) -> list[int]:
        """Give each signature its number. `calls` and `in_context` tell where the objects stood."""
        numbers = list(map(self._numbers.get, signatures))
        for place, number in enumerate(numbers):
            if number is None:
                numbers[place] = self._new_number(signatures[place], values[place], calls[place], in_context)
        return cast(list[int], numbers)

    def fold(self, shape: Shape, number: int, seen: int, call: CallName, in_context: bool) -> None:
        """Let `shape` grow by `seen` objects of the signature with that number, of that call."""
        if number == OVERFLOW:
            merge(shape, self._overflow[call, in_context])
        else:
            _grow(shape, self._samples[number], seen)

    def known(self, signature: Signature, value: dict[str, Any]) -> int:
        """Give one signature its number, or `OVERFLOW` when there are too many to have one."""
        number = self._numbers.get(signature)
        if number is not None or len(self._samples) >= _MANY_SIGNATURES:
            return OVERFLOW if number is None else number
        self._numbers[signature] = len(self._samples)
        self._samples.append(value)
        return len(self._samples) - 1

    def _new_number(self, signature: Signature, value: dict[str, Any], call: CallName, in_context: bool) -> int:
        if signature in self._numbers:
            return self._numbers[signature]
        if len(self._samples) < _MANY_SIGNATURES:
            self._numbers[signature] = len(self._samples)
            self._samples.append(value)
            return len(self._samples) - 1
        _grow(self._overflow.setdefault((call, in_context), Shape()), value, 1)
        return OVERFLOW


def merge(shape: Shape, other: Shape) -> None:
    """Let `shape` grow by all that `other` has shown."""
    for kind, seen in other.seen.items():
        shape.seen[kind] = shape.seen.get(kind, 0) + seen
    for kind, example in other.examples.items():
        shape.examples.setdefault(kind, example)
    if other.elements:
        shape.elements = shape.elements or Shape()
        merge(shape.elements, other.elements)
    if other.any_name:
        merge(_any_name(shape), other.any_name)
    for name, below in other.names.items():
        merge(_named(shape, name), below)


def _grow(shape: Shape, value: Any, seen: int) -> None:
    kind = kind_of(value)
    shape.seen[kind] = shape.seen.get(kind, 0) + seen
    match value:
        case dict():
            is_map = len(value) > MANY_NAMES
            for name, item in value.items():
                _grow(_any_name(shape) if is_map else _named(shape, name), item, seen)
        case list():
            for item in value:
                shape.elements = shape.elements or Shape()
                _grow(shape.elements, item, seen)
        case None:
            pass
        case _:
            if kind not in shape.examples:
                shape.examples[kind] = example_of(value)


def _named(shape: Shape, name: str) -> Shape:
    """Give the shape below a name; an object that has shown very many names is taken as a map from here on."""
    if shape.any_name is None:
        if name in shape.names or len(shape.names) < MANY_NAMES:
            return shape.names.setdefault(name, Shape())
        return _any_name(shape)
    return shape.any_name


def _any_name(shape: Shape) -> Shape:
    if shape.any_name is None:
        shape.any_name = Shape()
        names, shape.names = shape.names, {}
        for below in names.values():
            merge(shape.any_name, below)
    return shape.any_name


def example_of(value: Any) -> str:
    """Give the text by which the catalog shows a value: JSON, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _EXAMPLE_LENGTH else f"{text[: _EXAMPLE_LENGTH - 3]}..."

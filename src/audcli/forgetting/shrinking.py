"""What the catalog has seen, less what the values of a forgotten person showed.

shape  {"city": string × 2, e.g. "Ulm"}   less {"city": "Ulm"}   ->   {"city": string × 1}

Counts are exact, so that a kind which nobody else's values have is gone, and a name too.
"""

from __future__ import annotations

from typing import Any

from audcli.catalog import Shape
from audcli.ingest.shapes import example_of
from audcli.ingest.values import kind_of


def shrink(shape: Shape, value: Any) -> None:
    """Let `shape` have seen `value` once less; an example that may be this value is dropped."""
    kind = kind_of(value)
    left = shape.seen.get(kind, 0) - 1
    if left > 0:
        shape.seen[kind] = left
    else:
        shape.seen.pop(kind, None)
        shape.examples.pop(kind, None)
    match value:
        case dict():
            for name, item in value.items():
                _shrink_below(shape, name, item)
        case list():
            for item in value:
                if shape.elements:
                    shrink(shape.elements, item)
            if shape.elements and not shape.elements.seen:
                shape.elements = None
        case None:
            pass
        case _:
            if shape.examples.get(kind) == example_of(value):
                del shape.examples[kind]


def _shrink_below(shape: Shape, name: str, item: Any) -> None:
    below = shape.named(name)
    if below is None:
        return
    shrink(below, item)
    if not below.seen:
        shape.names.pop(name, None)
        if below is shape.any_name:
            shape.any_name = None

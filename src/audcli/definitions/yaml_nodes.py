"""A YAML document as a tree whose every node knows its place, and the same as plain Python values.

where: {price: 3}   ->   Node({"where": Entry(..., Node({"price": Entry(..., Node(3))}))})
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audcli.definitions.yaml_scalars import PlainScalar
from audcli.diagnostics import Diagnostic, Span

Loc = tuple[str | int, ...]
"""The way from the top of a document to one place: names and positions, as pydantic gives it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mapping holds under one key; `key_span` is the place of the key."""

    key_span: Span
    node: Node


@dataclass(frozen=True, slots=True)
class Node:
    """One value and its place; `size` and `depth` count the nodes and levels it has with all aliases expanded."""

    content: PlainScalar | tuple[Node, ...] | dict[str, Entry]
    span: Span
    size: int = 1
    depth: int = 0


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document of a file: its text as written, its tree, and its plain value.

    `problems` are those of single values, such as a repeated key, which leave the rest readable.
    """

    file: str
    text: str
    root: Node
    value: Any
    problems: tuple[Diagnostic, ...] = ()

    def span_of(self, loc: Loc) -> Span:
        """Give the place of the value that a location leads to, or of the nearest one above it that exists."""
        return self._follow(loc)[0].span

    def key_span_of(self, loc: Loc) -> Span:
        """Give the place of the key under which that value stands; of an element of a list, its own place."""
        _, span = self._follow(loc)
        return span

    def _follow(self, loc: Loc) -> tuple[Node, Span]:
        node, key_span = self.root, self.root.span
        for step in loc:
            match node.content:
                case dict() as entries if step in entries:
                    entry = entries[str(step)]
                    node, key_span = entry.node, entry.key_span
                case tuple() as nodes if isinstance(step, int) and step < len(nodes):
                    node = nodes[step]
                    key_span = node.span
                case _:
                    break
        return node, key_span


def plain(node: Node) -> Any:
    """Give a tree as dicts, lists and scalars, aliases written out."""
    match node.content:
        case dict() as entries:
            return {key: plain(entry.node) for key, entry in entries.items()}
        case tuple() as nodes:
            return [plain(each) for each in nodes]
        case scalar:
            return scalar

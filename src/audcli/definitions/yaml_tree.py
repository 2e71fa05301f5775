"""Builds the tree of one YAML document from the parser's events, within limits.

Aliases share the tree that they name, and sizes are counted as if they were written out, so that a document which
would expand without end is refused before it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from audcli.definitions.reporting import report
from audcli.definitions.yaml_nodes import Entry, Node
from audcli.definitions.yaml_scalars import ScalarError, read_scalar
from audcli.diagnostics import Diagnostic, Span

MOST_NODES = 10_000
MOST_LEVELS = 64

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_COLLECTION_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")


class RefusedDocument(Exception):
    """A document of which nothing more is read; `problem` says why."""

    def __init__(self, problem: Diagnostic) -> None:
        """Keep the problem for the one who collects them."""
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not met yet; the nodes of a mapping are keys and values in turn."""

    start: CollectionStartEvent
    nodes: list[Node] = field(default_factory=list)


def build_tree(text: str, file: str, line: int, problems: list[Diagnostic]) -> Node | None:
    """Build the tree of a text that holds at most one document and begins at `line` of its file.

    Gives None when there is no document. Problems that leave the rest readable are added to `problems`. Raises
    `RefusedDocument` beyond the limits, and what the YAML parser raises.
    """
    return _Builder(file, line, problems).build(yaml.parse(text, Loader=_LOADER))


@dataclass(slots=True)
class _Builder:
    file: str
    line: int
    problems: list[Diagnostic]
    anchors: dict[str, Node | None] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    size: int = 0

    def build(self, events: Iterator[Event]) -> Node | None:
        root = None
        for event in events:
            node = self._node(event)
            if node is None:
                continue
            if self.stack:
                self.stack[-1].nodes.append(node)
            else:
                root = node
        return root

    def _node(self, event: Event) -> Node | None:
        """Give the node that an event completes, if it completes one."""
        match event:
            case ScalarEvent():
                self._count(1, 0, event)
                return self._anchored(event, self._scalar(event))
            case AliasEvent():
                return self._alias(event)
            case CollectionStartEvent():
                self.stack.append(_Open(event))
                self._count(1, 0, event)
                if event.anchor:
                    self.anchors[event.anchor] = None
                if event.tag not in _COLLECTION_TAGS:
                    self._report("unsupported-tag", event, tag=_short(event.tag))
                return None
            case CollectionEndEvent():
                opened = self.stack.pop()
                return self._anchored(opened.start, self._collection(opened, event))
            case _:
                return None

    def _count(self, size: int, depth: int, event: Event) -> None:
        self.size += size
        if self.size > MOST_NODES:
            raise RefusedDocument(report("document-too-large", self._span(event), most=f"{MOST_NODES:,}"))
        if len(self.stack) + depth > MOST_LEVELS:
            raise RefusedDocument(report("document-too-deep", self._span(event), most=MOST_LEVELS))

    def _anchored(self, event: NodeEvent, node: Node) -> Node:
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: AliasEvent) -> Node:
        name = str(event.anchor)
        anchored = self.anchors.get(name)
        if anchored is None:
            code = "alias-within-itself" if name in self.anchors else "unknown-alias"
            raise RefusedDocument(report(code, self._span(event), name=name))
        self._count(anchored.size, anchored.depth, event)
        return replace(anchored, span=self._span(event))

    def _scalar(self, event: ScalarEvent) -> Node:
        span = self._span(event)
        if surrogate := _SURROGATE.search(event.value):
            raise RefusedDocument(report("control-character", span, character=f"U+{ord(surrogate[0]):04X}"))
        if event.tag not in _TEXT_TAGS:
            self._report("unsupported-tag", event, tag=_short(event.tag))
        if event.tag is not None or not event.implicit[0] or self._at_key():
            return Node(event.value, span)
        try:
            value = read_scalar(event.value)
        except ScalarError as problem:
            self._report(problem.code, event, text=event.value)
            return Node(event.value, span)
        if type(value) in (int, float) and _LEADING_ZERO.match(event.value):
            self._report("leading-zeros", event, text=event.value, number=str(value))
        return Node(value, span)

    def _at_key(self) -> bool:
        """Tell whether the next node is a key, which is always taken as the text that stands there."""
        if not self.stack or not isinstance(self.stack[-1].start, MappingStartEvent):
            return False
        return len(self.stack[-1].nodes) % 2 == 0

    def _collection(self, opened: _Open, end: Event) -> Node:
        nodes, start = opened.nodes, opened.start
        size = 1 + sum(node.size for node in nodes)
        depth = 1 + max((node.depth for node in nodes), default=0)
        span = self._span(start, end)
        if not isinstance(start, MappingStartEvent):
            return Node(tuple(nodes), span, size, depth)
        if nodes and not start.flow_style:
            span = nodes[0].span
        return Node(self._entries(nodes), span, size, depth)

    def _entries(self, nodes: list[Node]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for key, node in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key.content, str):
                self.problems.append(report("key-not-text", key.span))
            elif key.content in entries:
                first = entries[key.content].key_span.line
                self.problems.append(report("repeated-key", key.span, name=key.content, line=first))
            else:
                entries[key.content] = Entry(key.span, node)
        return entries

    def _report(self, code: str, event: Event, **facts: str) -> None:
        self.problems.append(report(code, self._span(event), **facts))

    def _span(self, event: Event, end: Event | None = None) -> Span:
        """Give the place of an event, or from one to another, as far as it lies in one line."""
        start, stop = event.start_mark, (end or event).end_mark
        assert start is not None and stop is not None, "parsers mark every event"
        same_line = start.line == stop.line
        length = stop.column - start.column if same_line else 1
        return Span(self.file, self.line + start.line, start.column + 1, max(1, length))


def _short(tag: str | None) -> str:
    return (tag or "").replace("tag:yaml.org,2002:", "!!")

"""Definitions that mean the same under two keys.

audience: buyers     and    audience: customers       ->   warning[same-meaning]: `customers` means the same as `buyers`
where: {event: Buy}         where: {event: Buy}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from audcli.definitions.loader import LoadedDocument
from audcli.definitions.reporting import report
from audcli.diagnostics import Diagnostic

_NO_MEANING = {"name", "description", "owner", "tags", "enabled"}
_UNORDERED = {"all", "any", "one_of", "none_of", "contains_any"}
"""Lists in which the order says nothing; of the values of a list it says nothing either."""

_ONCE = ("times", {"at_least": 1})
"""What is meant where nothing is said of how often."""


def same_meanings(loaded: Iterable[LoadedDocument]) -> Iterator[Diagnostic]:
    """Warn of each definition that means what one before it means; tests are not compared."""
    first: dict[str, LoadedDocument] = {}
    for each in loaded:
        if each.kind == "test":
            continue
        twin = first.setdefault(_meaning(each), each)
        if twin is not each:
            place = {"file": twin.file, "line": twin.span.line}
            yield replace(report("same-meaning", each.span, name=each.key, twin=twin.key, **place), key=each.key)


def _meaning(loaded: LoadedDocument) -> str:
    """Write a definition without its key and its words, lists in one order where the order says nothing."""
    dumped = loaded.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    said = {name: value for name, value in dumped.items() if name not in _NO_MEANING and name != loaded.kind}
    return json.dumps([loaded.kind, _in_one_order(said, loaded.kind == "list")], sort_keys=True)


def _in_one_order(value: Any, unordered: bool = False) -> Any:
    match value:
        case dict():
            said = {name: each for name, each in value.items() if (name, each) != _ONCE}
            return {name: _in_one_order(each, name in _UNORDERED) for name, each in said.items()}
        case list():
            written = [_in_one_order(each, unordered) for each in value]
            return sorted(written, key=lambda each: json.dumps(each, sort_keys=True)) if unordered else written
        case _:
            return value

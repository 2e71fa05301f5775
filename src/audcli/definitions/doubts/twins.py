"""Definitions that mean the same under two keys.

audience: buyers                    and    audience: customers      ->   warning[same-meaning]: `customers` means the
where: {event: Buy, within: 7 days}        where:                          same as `buyers`
                                             event: Buy
                                             within: 1 week
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

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
_HEADS = {"event", "page", "screen"}
_SINGULAR = {"one_of": "equals", "none_of": "not_equals", "contains_any": "contains"}


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
    """Write a definition without its key and its words, and what can be written in several ways in one of them."""
    dumped = loaded.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    said = {name: value for name, value in dumped.items() if name not in _NO_MEANING and name != loaded.kind}
    return json.dumps([loaded.kind, _in_one_way(said, loaded.kind == "list")], sort_keys=True)


def _in_one_way(value: Any, unordered: bool = False) -> Any:
    match value:
        case {"count": int(count), "unit": str(unit)}:
            return count * _SECONDS[unit] if unit in _SECONDS else [count, unit]
        case dict():
            return _condition({name: _in_one_way(each, name in _UNORDERED) for name, each in value.items()})
        case list():
            written = [_in_one_way(each, unordered) for each in value]
            return sorted(written, key=lambda each: json.dumps(each, sort_keys=True)) if unordered else written
        case _:
            return value


def _condition(said: dict[str, Any]) -> Any:
    """Write a mapping, whose parts are written so already, in the one way of all that mean the same."""
    for many, one in _SINGULAR.items():
        if isinstance(said.get(many), list) and len(said[many]) == 1 and one not in said:
            said[one] = said.pop(many)[0]
    match said:
        case {"all": [only], **others} | {"any": [only], **others} if not others:
            return only
        case {"not": {"not": twice, **within}, **others} if not within and not others:
            return twice
        case {"times": dict(times), **others} if any(isinstance(others.get(head), str | list) for head in _HEADS):
            least, most = _limits(times)
            if (least, most) == (0, 0):
                return {"not": others}
            return others if (least, most) == (1, None) else {**others, "times": [least, most]}
        case _:
            return said


def _limits(times: dict[str, int]) -> tuple[int, int | None]:
    """Give how often at least and at the most, as a definition writes it."""
    least = max(times.get("exactly", 0), times.get("at_least", 0), times.get("more_than", -1) + 1)
    most = [times[name] for name in ("exactly", "at_most") if name in times]
    most += [times["less_than"] - 1] if "less_than" in times else []
    return least, min(most, default=None)

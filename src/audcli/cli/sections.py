"""The parts of what `audcli profile`, `account` and `catalog` show, each a table whose header names it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from audcli.cli import render

if TYPE_CHECKING:
    from audcli.entities.audiences import InAudience
    from audcli.entities.events import Event
    from audcli.entities.traits import ComputedTrait

_LONGEST_VALUE = 200
_LONGEST_NAME = 30
_TIME_AND_GAPS = len("2026-01-31 10:00:00") + 4
_LEAST_FOR_PROPERTIES = 20


def facts(title: str, values: Mapping[str, object]) -> None:
    """Print what is known in one word each, under a title."""
    render.line(render.printable(title))
    for name, value in values.items():
        if value not in (None, ""):
            render.line(f"  {name + ':':<13}{render.printable(str(value))}")


def traits(custom: Mapping[str, Any], computed: Sequence[ComputedTrait]) -> None:
    """Print custom traits, and computed ones with the run that gave them their value."""
    rows = [(name, _json(value), "calls") for name, value in custom.items()]
    rows += [(each.name, _json(each.value), f"run {each.since_run}") for each in computed]
    section(["trait", "value", "from"], rows)


def belongings(headers: Sequence[str], rows: Sequence[tuple[tuple[object, ...], bool]]) -> None:
    """Print who belongs to whom; by what, where SQL traits link any of them, which is the second of each row."""
    if any(is_linked for _, is_linked in rows):
        section([*headers, "by"], [(*row, "SQL trait" if is_linked else "calls") for row, is_linked in rows])
    else:
        section(headers, [row for row, _ in rows])


def audiences(found: Sequence[InAudience], key: str) -> None:
    """Print audiences with the run in which the entity entered them, and its key then where that was not `key`."""
    width = 4 if any(each.key != key for each in found) else 3
    rows = [(each.audience, f"run {each.since_run}", each.as_of, each.key) for each in found]
    section(["audience", "since", "as of (UTC)", "under the key"][:width], [row[:width] for row in rows])


def events(found: Sequence[Event]) -> None:
    """Print events, with as much of their properties as fits beside."""
    names = [_name(each) for each in found]
    room = max(render.width() - _TIME_AND_GAPS - max(map(len, names), default=0), _LEAST_FOR_PROPERTIES)
    rows = [(each.time, name, _json(each.properties, room)) for each, name in zip(found, names, strict=True)]
    section(["time (UTC)", "event", "properties"], rows)


def section(headers: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """Print a table with a blank line before it; nothing where it has no rows."""
    if rows:
        render.line()
        render.table(headers, rows, numbers=numbers)


def _name(event: Event) -> str:
    name = event.name if event.type == "track" else f"{event.type} {event.name}".strip()
    return render.shortened(name, _LONGEST_NAME)


def _json(value: Any, length: int = _LONGEST_VALUE) -> str:
    return render.shortened(json.dumps(value, ensure_ascii=False, separators=(",", ":")), length)

"""The spans of time that a definition speaks of: every duration, and every calendar window.

{event: Logged In, within: 30 days}   ->   Spans(durations={30 days}, calendar=set())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from audcli.definitions.documents import AnyDocument, CalendarWindow
from audcli.definitions.durations import Duration

_CALENDAR_FIELD = "during"


@dataclass(frozen=True, slots=True)
class Spans:
    """Durations and calendar windows, each once."""

    durations: frozenset[Duration]
    calendar: frozenset[CalendarWindow]


def spans_of(documents: Iterable[AnyDocument]) -> Spans:
    """Gather the spans of definitions, wherever in them they stand."""
    found = [each for document in documents for each in _spans_in(document)]
    durations = frozenset(each for each in found if isinstance(each, Duration))
    return Spans(durations, frozenset(each for each in found if not isinstance(each, Duration)))


def _spans_in(part: Any) -> Iterator[Any]:
    match part:
        case Duration():
            yield part
        case BaseModel():
            fields = {name: getattr(part, name) for name in type(part).model_fields}
            window = fields.pop(_CALENDAR_FIELD, None)
            if window is not None:
                yield window
            yield from _spans_in(fields)
        case dict():
            yield from _spans_in(list(part.values()))
        case list() | tuple():
            for each in part:
                yield from _spans_in(each)
        case _:
            pass

"""What is allowed in a definition and probably not meant: the warnings of `audcli validate`.

    event: Order Complete    ->   warning[event-never-seen]: no event `Order Complete` has been ingested
                                    = did you mean `Order Completed`?

Some follow from the definitions alone; the others need what the store has seen, and without it are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from audcli.catalog import Seen
from audcli.definitions.doubts.carts import open_ended_carts
from audcli.definitions.doubts.certain import certain_conditions
from audcli.definitions.doubts.kinds import unseen_kinds
from audcli.definitions.doubts.names import unseen_names
from audcli.definitions.doubts.reach import windows_beyond
from audcli.definitions.doubts.reading import Reading, read
from audcli.definitions.doubts.twins import same_meanings
from audcli.definitions.loader import Definitions
from audcli.definitions.yaml_source import shown_line
from audcli.diagnostics import Diagnostic, in_reading_order


def doubts_about(definitions: Definitions, seen: Seen | None, now: datetime) -> list[Diagnostic]:
    """Give the warnings about all valid definitions, in the order of reading.

    `now` (with a zone) is the instant that windows are counted from; `seen` is None where nothing was ingested.
    """
    found = list(same_meanings(definitions.documents.values()))
    for loaded in definitions.documents.values():
        reading = read(loaded, definitions, seen)
        found += [replace(each, key=loaded.key) for each in _of_one(reading, now)]
    return in_reading_order(replace(each, source_line=_line_of(each, definitions)) for each in found)


def _of_one(reading: Reading, now: datetime) -> Iterator[Diagnostic]:
    yield from certain_conditions(reading)
    yield from open_ended_carts(reading)
    if reading.seen is not None:
        yield from unseen_names(reading, reading.seen)
        yield from unseen_kinds(reading)
        yield from windows_beyond(reading, reading.seen, now)


def _line_of(found: Diagnostic, definitions: Definitions) -> str:
    assert found.key is not None
    return shown_line(found.span, definitions.lines[found.span.file])

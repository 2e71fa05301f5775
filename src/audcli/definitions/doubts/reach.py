"""Windows that reach back further than the calls do.

within: 24 months   where the first call is of last week   ->   warning[window-beyond-data]
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from audcli.catalog import Seen
from audcli.definitions.doubts.reading import Reading
from audcli.definitions.durations import Duration
from audcli.definitions.events import Step, Window
from audcli.definitions.places import Place
from audcli.definitions.reporting import report
from audcli.diagnostics import Diagnostic

_BACK = ("within", "between", "older_than")


def windows_beyond(reading: Reading, seen: Seen, now: datetime) -> Iterator[Diagnostic]:
    """Warn of every window before `now` whose older end lies before the first call."""
    for place in reading.places:
        if place.model is None or not issubclass(place.model, Window) or _is_later_step(place):
            continue
        for name in _BACK:
            if name in place.value:
                written = place.value[name][0] if name == "between" else place.value[name]
                start = Duration.parse(written).before(now).replace(tzinfo=None)
                if start < seen.first_call:
                    span = reading.source.span_of((*place.loc, name))
                    yield report("window-beyond-data", span, window=written, start=start.date(),
                                 first=seen.first_call.date())  # fmt: skip


def _is_later_step(place: Place) -> bool:
    """Tell whether a window is counted from the step before."""
    return place.model is Step and place.loc[-1] != 0

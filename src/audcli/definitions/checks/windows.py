"""Windows in which no event can lie, and more than one window in one place (SPEC section 5).

between: [7 days, 30 days]   ->   error[between-out-of-order]: `between` begins with the longer duration
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from audcli.definitions.durations import Duration
from audcli.definitions.events import Window
from audcli.definitions.instants import read_instant
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, listed, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_KINDS = {"within": 1, "between": 2, "older_than": 3, "since": 4, "until": 4, "during": 5}
"""The fields of windows; two of the same number are one window."""


def check_window(place: Place, source: SourceDocument, now: datetime) -> Iterator[Diagnostic]:
    """Check the window at a place, if it has one; durations are compared at `now`."""
    if place.model is None or not issubclass(place.model, Window):
        return
    yield from _two_windows(place, source)
    yield from _between(place, source, now)
    yield from _since_until(place, source)


def windows_in(place: Place) -> list[str]:
    """List the fields of windows that a place has, in the order of reading."""
    return [name for name in place.value if name in _KINDS]


def _two_windows(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    names = windows_in(place)
    second = next((name for name in names if _KINDS[name] != _KINDS[names[0]]), None)
    if second is None:
        return
    hint = "`between: [OLDER, NEWER]` is a stretch of time" if {names[0], second} == {"within", "older_than"} else ""
    span = source.key_span_of((*place.loc, second))
    yield report("two-windows", span, windows=listed([names[0], second], "and"), hint=Prose(hint))


def _between(place: Place, source: SourceDocument, now: datetime) -> Iterator[Diagnostic]:
    ends = place.value.get("between")
    if not isinstance(ends, list) or len(ends) != 2:
        return
    try:
        first, second = (Duration.parse(end) for end in ends)
    except (ValueError, AttributeError):
        return
    span = source.span_of((*place.loc, "between"))
    if first.before(now) == second.before(now):
        yield report("between-equal", span)
    elif first.before(now) > second.before(now):
        yield report("between-out-of-order", span, first=first, second=second)


def _since_until(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    since, until = _instant(place.value.get("since")), _instant(place.value.get("until"))
    if since is not None and until is not None and since >= until:
        since_text, until_text = (_text(place.value[name]) for name in ("since", "until"))
        span = source.span_of((*place.loc, "until"))
        yield report("since-after-until", span, since=since_text, until=until_text)


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = read_instant(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

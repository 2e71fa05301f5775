"""Which events a definition speaks of, and what it reads of them.

event: [Order Completed, Refunded]   ->   Calls("track", "Order Completed"), Calls("track", "Refunded")
products.sku                         ->   Property(("products", "sku"))
within: 7 days (after another step)  ->   Limit(seconds=604800)
"""

from __future__ import annotations

from audcli.definitions.documents import EventSource
from audcli.definitions.durations import Duration
from audcli.definitions.paths import is_field, split_path
from audcli.plan.model import CallField, Calls, Context, Limit, Property

_WHOLE_CALENDAR = Limit(seconds=10_000 * 366 * 86_400, months=10_000 * 12)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def calls_of(source: EventSource) -> tuple[Calls, ...]:
    """Name the calls that an `event`, `page` or `screen` head speaks of, one entry a name, without repeats."""
    if source.page is not None:
        return (_calls("page", source.page),)
    if source.screen is not None:
        return (_calls("screen", source.screen),)
    names = [source.event] if isinstance(source.event, str) else source.event or []
    if "*" in names:
        return (Calls("track", None),)
    return tuple(Calls("track", name) for name in dict.fromkeys(names))


def event_value(path: str) -> Property | Context | CallField:
    """Resolve a path in an event: a property, or with `$` a field of the call."""
    if not is_field(path):
        return Property(split_path(path))
    names = split_path(path)
    if names[0] == "$context":
        return Context(names[1:])
    return CallField(names[0].removeprefix("$"))  # type: ignore[arg-type]


def limit_of(duration: Duration | None) -> Limit | None:
    """Give the span of a duration, where there is one."""
    return None if duration is None else span_of(duration)


def span_of(duration: Duration) -> Limit:
    """Give the span of a duration, cut where it is longer than all of the calendar, in which every event lies."""
    if duration.unit == "months":
        return Limit(months=min(duration.count, _WHOLE_CALENDAR.months))
    return Limit(seconds=min(duration.count * _SECONDS[duration.unit], _WHOLE_CALENDAR.seconds))


def _calls(type_: str, name: str) -> Calls:
    return Calls(type_, None if name == "*" else name)

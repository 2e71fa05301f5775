"""Which events count for a condition: of whom, of which name, with which properties (sections 6, 8 and 9).

{"event": "Product Viewed", "where": {"price": {"greater_than": 100}}}  ->  the track calls that pass
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference.calls import Call
from reference.operators import Moment, passes
from reference.snapshot import Entity, Snapshot
from reference.values import Value, find, instant_text, segments_of
from reference.windows import window_holds

EVENT_TYPES = {"event": "track", "page": "page", "screen": "screen"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a condition speaks of; under `users:` also for which account, and which events count for it."""

    snapshot: Snapshot
    entity: Entity
    trait_of: Callable[[Entity, str], Value]
    account: Entity | None = None
    scope: str = "all"
    steps: Mapping[str, Call] = field(default_factory=dict)

    def moment(self) -> Moment:
        """Give what tests need to know; a reference is to a trait of the entity or to the event of a step."""

        def refer(reference: dict[str, str]) -> Value:
            if "step" in reference:
                return property_at(self.steps[reference["step"]], reference["property"])
            return self.trait_of(self.entity, reference["trait"])

        def list_values(key: str) -> list[Any]:
            return list(self.snapshot.definitions[key]["values"])

        return Moment(self.snapshot.as_of, self.snapshot.zone, refer, list_values)


def events_of(subject: Subject) -> list[Call]:
    """Sections 5 and 9: the events of a profile up to A that count for the account, if there is one."""
    return [
        call
        for call in subject.entity.calls
        if call.type in EVENT_TYPES.values() and _counts_for_account(call, subject)
    ]


def _counts_for_account(call: Call, subject: Subject) -> bool:
    """Section 9, Which events count for an account."""
    if subject.account is None or subject.scope == "all":
        return True
    if call.group_id is None:
        return subject.scope == "own"
    return call.group_id == subject.account.key


def is_event(source: dict[str, Any], call: Call, subject: Subject) -> bool:
    """Section 8, the heads `event`, `page`, `screen`: its name and `where`, without the window."""
    for head, call_type in EVENT_TYPES.items():
        if head in source:
            wanted = source[head]
            named = wanted == "*" or call.name in (wanted if isinstance(wanted, list) else [wanted])
            return call.type == call_type and named and where_holds(source.get("where", {}), call, subject)
    raise AssertionError(source)


def in_window(source: dict[str, Any], call: Call, subject: Subject) -> bool:
    """Section 5: is the event's time in the window beside the head?"""
    return window_holds(source, call.time, subject.snapshot.as_of, subject.snapshot.zone)


def where_holds(where: dict[str, Any], call: Call, subject: Subject) -> bool:
    """Section 8: paths with tests, all of which hold, or one of `all`, `any`, `not` over such."""
    match where:
        case {"all": filters}:
            return all(where_holds(one, call, subject) for one in filters)
        case {"any": filters}:
            return any(where_holds(one, call, subject) for one in filters)
        case {"not": negated}:
            return not where_holds(negated, call, subject)
    moment = subject.moment()
    return all(passes(property_at(call, path), test, moment) for path, test in where.items())


def property_at(call: Call, path: str) -> Value:
    """Section 6, Paths: a property, or a field of the call where the name begins with `$`."""
    segments = segments_of(path)
    if not path.startswith("$"):
        return find(call.properties, segments)
    fields = {
        "$timestamp": instant_text(call.time),
        "$received_at": instant_text(call.received_at) if call.received_at else None,
        "$event": call.name,
        "$type": call.type,
        "$message_id": call.message_id,
        "$user_id": call.user_id,
        "$anonymous_id": call.anonymous_id,
        "$group_id": call.group_id,
        "$context": call.context,
    }
    return find(fields, segments)

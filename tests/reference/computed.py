"""Traits of an entity: custom ones as they arrived, computed ones from its events (sections 8 and 11).

    {"compute": "sum", "event": "Order Completed", "property": "revenue"}  of 0.1, "0.2", "x"  ->  0.3

The value is what a condition sees; which entities an export of it lists is not asked here.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from reference.calls import Call
from reference.events import Subject, events_of, in_window, is_event, property_at
from reference.snapshot import Entity, Snapshot, first_and_last_seen
from reference.values import Number, Value, as_number, as_text, elements, find, segments_of

_EXACT = Context(prec=400, Emin=-999999, Emax=999999)


def trait_value(snapshot: Snapshot, entity: Entity, path: str) -> Value:
    """Section 8, `trait: PATH`: a computed trait hides a custom one of the same key."""
    segments = segments_of(path)
    if path.startswith("$"):
        return find(first_and_last_seen(entity), segments)
    definition = snapshot.definitions.get(segments[0], {})
    if "trait" in definition and definition.get("of", "users") == entity.level:
        return find(_named_trait(snapshot, entity, segments[0], definition), segments[1:])
    return find(entity.traits, segments)


def _named_trait(snapshot: Snapshot, entity: Entity, name: str, definition: dict[str, Any]) -> Value:
    question = (f"trait {name}", entity.key)
    if question not in snapshot.answers:
        subject = Subject(snapshot, entity, lambda whom, path: trait_value(snapshot, whom, path))
        snapshot.answers[question] = compute(definition, subject)
    return snapshot.answers[question]


def compute(definition: dict[str, Any], subject: Subject) -> Value:
    """Section 11, the table of computed traits."""
    performed = sorted(_input(definition, subject), key=lambda one: (one[1].time, one[1].message_id))
    kind = definition["compute"]
    if kind == "count":
        return len(performed)
    if kind == "unique_users":
        return len({user.key for user, _ in performed})
    values = [_read(definition, user, call, subject) for user, call in performed]
    if kind in ("first", "last"):
        present = [value for value in values if value is not None]
        return None if not present else present[0] if kind == "first" else present[-1]
    singles = [element for value in values for element in elements(value)]
    numbers = [number for single in singles if (number := as_number(single)) is not None]
    texts = sorted(text for single in singles if (text := as_text(single)) is not None)
    match kind:
        case "sum" | "average":
            return _sum_or_average(kind, numbers)
        case "minimum":
            return min(numbers, default=None)
        case "maximum":
            return max(numbers, default=None)
        case "most_frequent":
            enough = definition.get("minimum_frequency", 2)
            ranked = sorted((-times, text) for text, times in Counter(texts).items() if times >= enough)
            return ranked[0][1] if ranked else None
        case "unique_list":
            return sorted(set(texts))[: definition.get("limit")] or None
        case "unique_count":
            return len(set(texts))
    raise AssertionError(kind)


def _input(definition: dict[str, Any], subject: Subject) -> list[tuple[Entity, Call]]:
    """Sections 9 and 11: who performed which event; for an account its users, also anonymous ones."""
    if subject.entity.level == "users":
        performers = [subject]
    else:
        scope = definition.get("events", subject.snapshot.settings.get("account_events") or "own")
        performers = [
            dataclasses.replace(subject, entity=user, account=subject.entity, scope=scope)
            for user in subject.entity.related
            if user.known or definition.get("include_anonymous", True)
        ]
    return [
        (performer.entity, call)
        for performer in performers
        for call in events_of(performer)
        if in_window(definition, call, subject) and is_event(definition, call, subject)
    ]


def _read(definition: dict[str, Any], user: Entity, call: Call, subject: Subject) -> Value:
    if "user_trait" in definition:
        return subject.trait_of(user, definition["user_trait"])
    return property_at(call, definition["property"])


def _sum_or_average(kind: str, numbers: list[Number]) -> float | int | None:
    """Section 11, Sums are exact: each value to 9 decimals, none of magnitude 10^20 and more."""
    summands = [
        Fraction(Decimal(number).quantize(Decimal("1e-9"), ROUND_HALF_EVEN, _EXACT))
        for number in numbers
        if abs(number) < 10**20
    ]
    if kind == "sum":
        return float(sum(summands))
    return float(sum(summands) / len(summands)) if summands else None

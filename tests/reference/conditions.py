"""Who is in which audience (sections 8 and 9): conditions, evaluated entity by entity.

    {"all": [{"event": "Product Viewed"}, {"not": {"event": "Order Completed"}}]}  ->  those for whom it holds

`evaluate` is the whole evaluator's entry.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from reference.calls import normalised_id
from reference.computed import compute, trait_value
from reference.events import Subject, events_of, in_window, is_event
from reference.operators import Moment, count_passes, for_ids, passes
from reference.sequences import happened
from reference.snapshot import Entity, Snapshot, take_snapshot

Condition = dict[str, Any]


def evaluate(
    definitions: list[dict[str, Any]],
    calls: list[dict[str, Any]],
    as_of: datetime,
    settings: dict[str, Any] | None = None,
) -> dict[str, set[str]]:
    """Give for each enabled audience the keys of its members.

    `definitions` are documents and `calls` raw calls as YAML and JSON give them, `settings` the content of
    `audcli.yaml`. SQL traits and tests are not evaluated.
    """
    snapshot = take_snapshot(definitions, calls, as_of, settings or {})
    audiences = [one for one in definitions if "audience" in one and one.get("enabled", True)]
    return {key: {member.key for member in members(key, snapshot)} for key in (one["audience"] for one in audiences)}


def members(key: str, snapshot: Snapshot) -> set[Entity]:
    """Section 8: the entities, of those considered at A, for which the audience's condition holds."""
    if ("audience", key) not in snapshot.answers:
        definition = snapshot.definitions[key]
        anonymous_too = definition.get("include_anonymous", False)
        snapshot.answers["audience", key] = {
            entity
            for entity in snapshot.entities(definition.get("of", "users"))
            if (entity.known or anonymous_too) and holds(definition["where"], _subject(snapshot, entity), anonymous_too)
        }
    found: set[Entity] = snapshot.answers["audience", key]
    return found


def _subject(snapshot: Snapshot, entity: Entity) -> Subject:
    return Subject(snapshot, entity, lambda whom, path: trait_value(snapshot, whom, path))


def holds(condition: Condition, subject: Subject, anonymous_too: bool = False) -> bool:
    """Section 8, the table of heads; `anonymous_too` says which profiles count as users of an account."""
    snapshot, entity = subject.snapshot, subject.entity
    match condition:
        case {"all": conditions}:
            return all(holds(one, subject, anonymous_too) for one in conditions)
        case {"any": conditions}:
            held = sum(holds(one, subject, anonymous_too) for one in conditions)
            return bool(held >= condition.get("at_least", 1))
        case {"not": negated}:
            return not holds(negated, subject, anonymous_too)
        case {"everyone": True}:
            return True
        case {"event": _} | {"page": _} | {"screen": _}:
            counted = [
                call
                for call in events_of(subject)
                if in_window(condition, call, subject) and is_event(condition, call, subject)
            ]
            return count_passes(len(counted), condition.get("times", {"at_least": 1}))
        case {"sequence": steps}:
            return happened(steps, condition.get("within"), subject)
        case {"id": id_type, **operators}:
            return passes(entity.ids.get(id_type), for_ids(operators, id_type), _id_moment(subject, id_type))
        case {"sample": {"percent": percent, "salt": salt}}:
            drawn = int(hashlib.sha256(f"{salt}:{entity.key}".encode()).hexdigest()[:13], 16)
            return bool(drawn < Decimal(str(percent)) / 100 * 16**13)
        case {"trait": dict(computation), **operators}:
            return passes(compute(computation, subject), operators, subject.moment())
        case {"trait": path, **operators}:
            return passes(subject.trait_of(entity, path), operators, subject.moment())
        case {"audience": key}:
            return _in_audience(key, subject)
        case {"accounts": quantifier, "where": where}:
            answers = [holds(where, _subject(snapshot, one), anonymous_too) for one in entity.related]
            return _quantified(quantifier, answers)
        case {"users": quantifier, "where": where}:
            return _users(quantifier, where, condition, subject, anonymous_too)
    raise AssertionError(condition)


def _id_moment(subject: Subject, id_type: str) -> Moment:
    """Section 7: lists held against an id are normalised as that id type is."""
    moment = subject.moment()
    return dataclasses.replace(
        moment, list_values=lambda key: [normalised_id(id_type, value) for value in moment.list_values(key)]
    )


def _in_audience(key: str, subject: Subject) -> bool:
    """Section 8, `audience: KEY`; of the other level: any of the profile's accounts or account's users."""
    inside = members(key, subject.snapshot)
    if subject.snapshot.definitions[key].get("of", "users") == subject.entity.level:
        return subject.entity in inside
    return any(related in inside for related in subject.entity.related)


def _users(quantifier: Any, where: Condition, condition: Condition, subject: Subject, anonymous_too: bool) -> bool:
    """Section 9: a quantifier binds its whole `where` to one user of the account at a time."""
    anonymous_too = condition.get("include_anonymous", anonymous_too)
    scope = condition.get("events", subject.snapshot.settings.get("account_events") or "own")
    users = [
        dataclasses.replace(subject, entity=user, account=subject.entity, scope=scope)
        for user in subject.entity.related
        if user.known or anonymous_too
    ]
    answers = [holds(where, user, anonymous_too) for user in users]
    return _quantified(quantifier, answers)


def _quantified(quantifier: Any, answers: list[bool]) -> bool:
    match quantifier:
        case "any":
            return any(answers)
        case "none":
            return not any(answers)
        case "all":
            return bool(answers) and all(answers)
    enough = bool(sum(answers) >= quantifier.get("at_least", 0))
    if "at_least_percent" in quantifier:
        percent = Decimal(str(quantifier["at_least_percent"]))
        enough = enough and bool(answers) and sum(answers) * 100 >= percent * len(answers)
    return enough

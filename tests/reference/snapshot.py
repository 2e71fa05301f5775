"""The people and the accounts as they are at A: their calls up to A, their traits, and who belongs where.

    identify calls {"plan": "free"} on Monday, {"plan": "pro"} on Friday: "free" on Thursday

Only identity knows later calls than A.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from reference.calls import Call, read_calls
from reference.identity import KNOWN_BY, resolve
from reference.values import instant_text


@dataclass(slots=True, eq=False)
class Entity:
    """A profile or an account at A; `related` are the accounts of the one and the users of the other."""

    level: Literal["users", "accounts"]
    key: str
    ids: dict[str, list[str]]
    known: bool
    calls: list[Call]
    traits: dict[str, Any]
    related: list[Entity] = field(default_factory=list)


@dataclass(slots=True)
class Snapshot:
    """Everything that a condition can ask about, at one as-of."""

    as_of: datetime
    zone: ZoneInfo
    settings: dict[str, Any]
    definitions: dict[str, dict[str, Any]]
    profiles: list[Entity]
    accounts: list[Entity]
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)

    def entities(self, level: str) -> list[Entity]:
        return self.profiles if level == "users" else self.accounts


def take_snapshot(
    definitions: list[dict[str, Any]],
    raw_calls: list[dict[str, Any]],
    as_of: datetime,
    settings: dict[str, Any],
) -> Snapshot:
    """Sections 4, 5, 9: identity from all calls, everything else from those up to A."""
    calls = read_calls(raw_calls, settings)
    known_by = settings.get("identity", {}).get("known_by") or KNOWN_BY
    people: list[Entity] = []
    for profile in resolve(calls):
        seen = [call for call in profile.calls if call.time <= as_of]
        if seen:
            ids = {id_type: profile.values_of(id_type) for id_type, _ in profile.ids}
            known = profile.is_known(known_by)
            people.append(Entity("users", profile.key, ids, known, seen, _traits(seen, "identify")))
    accounts: dict[str, Entity] = {}
    for call in calls:
        if call.type == "group" and call.group_id and call.time <= as_of:
            key = call.group_id
            account = accounts.setdefault(key, Entity("accounts", key, {"group_id": [key]}, True, [], {}))
            account.calls.append(call)
    for account in accounts.values():
        account.traits = _traits(account.calls, "group")
        for person in people:
            if any(call.type == "group" and call.group_id == account.key for call in person.calls):
                account.related.append(person)
                person.related.append(account)
    by_key = {_key_of(definition): definition for definition in definitions}
    zone = ZoneInfo(settings.get("timezone") or "UTC")
    return Snapshot(as_of, zone, settings, by_key, people, list(accounts.values()))


def _key_of(definition: dict[str, Any]) -> str:
    """Section 7: a definition begins with its kind and its key."""
    return next(str(definition[kind]) for kind in ("audience", "trait", "list") if kind in definition)


def _traits(calls: Iterable[Call], call_type: str) -> dict[str, Any]:
    """Section 3, Traits: the latest call that carries a top-level trait gives its value; `null` removes it.

    Section 8 adds the times of the first and the last call, which a trait of that name cannot hide.
    """
    ordered = sorted(calls, key=lambda call: (call.time, call.message_id))
    traits: dict[str, Any] = {}
    for call in ordered:
        if call.type == call_type:
            traits |= call.traits
    return {name: value for name, value in traits.items() if value is not None}


def first_and_last_seen(entity: Entity) -> dict[str, str]:
    """Section 8: `$first_seen` and `$last_seen`; for accounts (section 9) of their group calls."""
    times = [call.time for call in entity.calls]
    return {"$first_seen": instant_text(min(times)), "$last_seen": instant_text(max(times))}

"""Identity resolution as SPEC section 4 says it, over all calls at once and with no thought of speed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Id = tuple[str, str]

BLOCKED = {"", "null", "undefined", "none", "anonymous", "unknown", "-1", "guest"}
"""The values that identify nobody, `guest` by the settings that the tests have."""


@dataclass
class PlainIdentity:
    profiles: dict[str, set[Id]] = field(default_factory=dict)
    refused: set[tuple[Id, Id]] = field(default_factory=set)
    asking: dict[tuple[Id, Id], tuple[int, str]] = field(default_factory=dict)
    first_seen: dict[Id, int | None] = field(default_factory=dict)
    """None for a `user_id` that no call has but behind another one."""
    components: set[frozenset[Id]] = field(default_factory=set)

    def seen_since(self) -> dict[Id, datetime]:
        """Give the first times as the store does, which has infinity for never."""
        epoch = datetime(1970, 1, 1)
        return {
            id_: datetime.max if seconds is None else epoch + timedelta(seconds=seconds)
            for id_, seconds in self.first_seen.items()
        }

    def first_refusal(self, one: Id, other: Id) -> tuple[datetime, str]:
        """Say when the first call that asks for a link stands, and its message id."""
        seconds, message_id = self.asking[one, other]
        return datetime(1970, 1, 1) + timedelta(seconds=seconds), message_id


def plain_identity(records: list[dict[str, Any]]) -> PlainIdentity:
    """Resolve records that have `messageId` and `timestamp` (epoch seconds); the first of one message id counts.

    They have what `random_calls` puts into them, and the settings that are there.
    """
    calls = {record["messageId"]: record for record in reversed(records)}
    ordered = sorted(calls.values(), key=lambda call: (call["timestamp"], call["messageId"]))
    result = PlainIdentity()
    profiles: list[set[Id]] = []
    groups: list[set[Id]] = []
    for call in ordered:
        ids = ids_of(call)
        if not ids:
            continue
        for id_ in ids:
            if id_ not in result.first_seen:
                result.first_seen[id_] = None
                profiles.append({id_})
                groups.append({id_})
            if result.first_seen[id_] is None and (id_ == ids[0] or id_[0] != "user_id"):
                result.first_seen[id_] = call["timestamp"]
        for other in ids[1:]:
            result.asking.setdefault((ids[0], other), (call["timestamp"], call["messageId"]))
            one, two = _holder(profiles, ids[0]), _holder(profiles, other)
            if one is not two:
                if _user(one) and _user(two):
                    result.refused.add((ids[0], other))
                else:
                    profiles.remove(two)
                    one |= two
            one, two = _holder(groups, ids[0]), _holder(groups, other)
            if one is not two:
                groups.remove(two)
                one |= two
    result.profiles = {_key(profile, result.first_seen): profile for profile in profiles}
    result.components = {frozenset(group) for group in groups}
    return result


def ids_of(call: dict[str, Any]) -> list[Id]:
    """List the ids of a call in the order in which they are linked."""
    traits = call.get("traits", {}) if call["type"] == "identify" else {}
    context = call.get("context", {})
    device = context.get("device", {})
    cards = call.get("properties", {}).get("card")
    found = [
        ("user_id", call.get("userId")),
        ("email", traits.get("email")),
        ("phone", traits.get("phone")),
        ("anonymous_id", call.get("anonymousId")),
        ("anonymous_id", call.get("previousId") if call["type"] == "alias" else None),
        (
            f"{str(device.get('type')).lower()}.idfa",
            device.get("advertisingId") if device.get("type") != "tv" else None,
        ),
        *((entry["type"], entry["id"]) for entry in context.get("externalIds", [])),
        ("email", context.get("contact", {}).get("mail")),
        *(("loyalty", card) for card in (cards if isinstance(cards, list) else [cards])),
    ]
    ids = [(type_, _normal(type_, value)) for type_, value in found if type(value) in (str, int)]
    ids = [id_ for id_ in ids if id_[1].lower() not in BLOCKED and id_[1].strip("0-")]
    order = {"user_id": 0, "email": 1, "phone": 2, "anonymous_id": 4}
    return list(dict.fromkeys(sorted(ids, key=lambda id_: (order.get(id_[0], 3), id_[0]))))


def _normal(type_: str, value: str | int) -> str:
    text = str(value).strip()
    return text.lower() if type_ == "email" else text


def _holder(sets: list[set[Id]], id_: Id) -> set[Id]:
    return next(held for held in sets if id_ in held)


def _user(profile: set[Id]) -> str | None:
    return next((value for type_, value in profile if type_ == "user_id"), None)


def _key(profile: set[Id], first_seen: dict[Id, int | None]) -> str:
    user = _user(profile)
    type_, value = ("user_id", user) if user else min(profile, key=lambda id_: (first_seen[id_], id_))
    digest = hashlib.sha256(f"{type_}:{value}".encode()).digest()
    return "use_" + base64.b32encode(digest).decode()[:26].lower()

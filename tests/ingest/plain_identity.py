"""Identity resolution as SPEC section 4 says it, over all calls at once and with no thought of speed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

Id = tuple[str, str]


@dataclass
class PlainIdentity:
    profiles: dict[str, set[Id]] = field(default_factory=dict)
    refused: set[tuple[Id, Id]] = field(default_factory=set)
    first_seen: dict[Id, int] = field(default_factory=dict)
    components: set[frozenset[Id]] = field(default_factory=set)


def plain_identity(records: list[dict[str, Any]]) -> PlainIdentity:
    """Resolve records that have `messageId` and `timestamp` (epoch seconds); the first of one message id counts."""
    calls = {record["messageId"]: record for record in reversed(records)}
    ordered = sorted(calls.values(), key=lambda call: (call["timestamp"], call["messageId"]))
    result = PlainIdentity()
    profiles: list[set[Id]] = []
    groups: list[set[Id]] = []
    for call in ordered:
        ids = ids_of(call)
        for id_ in ids:
            if id_ not in result.first_seen:
                result.first_seen[id_] = call["timestamp"]
                profiles.append({id_})
                groups.append({id_})
        for other in ids[1:]:
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
    traits = call.get("traits", {})
    others = []
    if call["type"] == "identify" and "phone" in traits:
        others.append(("phone", traits["phone"]))
    others += sorted((entry["type"], entry["id"]) for entry in call.get("context", {}).get("externalIds", []))
    ids = [("user_id", call["userId"])] if "userId" in call else []
    if call["type"] == "identify" and "email" in traits:
        ids.append(("email", traits["email"].strip().lower()))
    ids += others
    for name in ("anonymousId", "previousId"):
        if name in call and ("anonymous_id", call[name]) not in ids:
            ids.append(("anonymous_id", call[name]))
    return ids


def _holder(sets: list[set[Id]], id_: Id) -> set[Id]:
    return next(held for held in sets if id_ in held)


def _user(profile: set[Id]) -> str | None:
    return next((value for type_, value in profile if type_ == "user_id"), None)


def _key(profile: set[Id], first_seen: dict[Id, int]) -> str:
    user = _user(profile)
    type_, value = ("user_id", user) if user else min(profile, key=lambda id_: (first_seen[id_], id_))
    digest = hashlib.sha256(f"{type_}:{value}".encode()).digest()
    return "use_" + base64.b32encode(digest).decode()[:26].lower()

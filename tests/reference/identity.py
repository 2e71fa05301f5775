"""Who is who (section 4): the calls of one person, found by linking the external ids that calls name.

    a call of anonymous `x`, later one of `x` with user `ann`  ->  one profile with both ids

The result depends on the set of calls, never on their order.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reference.calls import Call, ExternalId, read_calls

KNOWN_BY = ("user_id", "email", "android.idfa", "ios.idfa")


@dataclass(slots=True)
class Profile:
    """One person: all ids, each with the time at which it was first seen, and all calls."""

    key: str
    ids: dict[ExternalId, datetime]
    calls: list[Call]

    def values_of(self, id_type: str) -> list[str]:
        """List the ids of one type as they were first seen, ties by value."""
        return [value for found, value in sorted(self.ids, key=_seen_first(self.ids)) if found == id_type]

    def is_known(self, known_by: Iterable[str]) -> bool:
        """Section 4: does it have an id of one of these types?"""
        return any(id_type in known_by for id_type, _ in self.ids)


def resolve(calls: list[Call]) -> list[Profile]:
    """Section 4: link the ids of each call, in the order of (time, message id), and deal the calls out."""
    group_of: dict[ExternalId, set[ExternalId]] = {}
    first_seen: dict[ExternalId, datetime] = {}
    for call in sorted(calls, key=lambda one: (one.time, one.message_id)):
        for external_id in call.ids:
            group_of.setdefault(external_id, {external_id})
            first_seen.setdefault(external_id, call.time)
        for other in call.ids[1:]:
            _link(call.ids[0], other, group_of)
    profiles: dict[int, Profile] = {}
    for group in group_of.values():
        ids = {external_id: first_seen[external_id] for external_id in group}
        profiles.setdefault(id(group), Profile(_key(ids), ids, []))
    for call in calls:
        if call.ids:
            profiles[id(group_of[call.ids[0]])].calls.append(call)
    return list(profiles.values())


def _link(one: ExternalId, other: ExternalId, group_of: dict[ExternalId, set[ExternalId]]) -> None:
    """Section 4: make one profile of two, unless each has a user_id."""
    left, right = group_of[one], group_of[other]
    if left is right or (_has_user_id(left) and _has_user_id(right)):
        return
    left |= right
    for external_id in right:
        group_of[external_id] = left


def _has_user_id(group: set[ExternalId]) -> bool:
    return any(id_type == "user_id" for id_type, _ in group)


def _key(ids: dict[ExternalId, datetime]) -> str:
    """Section 4: made of the anchor: the user_id, else the id seen first, ties by type then value."""
    users = [external_id for external_id in ids if external_id[0] == "user_id"]
    anchor = users[0] if users else min(ids, key=_seen_first(ids))
    digest = hashlib.sha256(f"{anchor[0]}:{anchor[1]}".encode()).digest()
    return "use_" + base64.b32encode(digest).decode().lower()[:26]


def _seen_first(ids: dict[ExternalId, datetime]) -> Callable[[ExternalId], tuple[datetime, ExternalId]]:
    return lambda external_id: (ids[external_id], external_id)


def names_of(raw_calls: list[dict[str, Any]], settings: dict[str, Any] | None = None) -> dict[str, str]:
    """Map each profile's key to what a person calls it: `ann`, `~x` (anonymous) or `email:a@x.com`."""
    return {profile.key: _name(profile) for profile in resolve(read_calls(raw_calls, settings or {}))}


def _name(profile: Profile) -> str:
    if users := profile.values_of("user_id"):
        return users[0]
    if devices := profile.values_of("anonymous_id"):
        return "~" + devices[0]
    id_type, value = min(profile.ids, key=_seen_first(profile.ids))
    return f"{id_type}:{value}"

"""Which ids belong to one profile, by the links between them in their order. Nothing here knows of the store.

ids     0: user_id u1   1: anonymous_id a   2: user_id u2
links   (0, 1), (2, 1)
  ->    profiles [0, 0, 2], components [0, 0, 0], refused [1]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Unions(NamedTuple):
    """For each id the least id of its profile, and of its component; and the places of the links not made."""

    profiles: list[int]
    components: list[int]
    refused: list[int]


def unite(is_user: bytearray, links: Iterable[tuple[int, int]]) -> Unions:
    """Apply the links in their order: each joins two profiles, unless both have a `user_id`.

    Ids are the whole numbers from 0; `is_user` tells for each (1 or 0) whether it is a `user_id`. A component is what
    links hold together whether they were made or refused.
    """
    profiles = list(range(len(is_user)))
    components = list(range(len(is_user)))
    has_user = bytearray(is_user)
    refused = []
    for place, (one, other) in enumerate(links):
        first, second = _root(profiles, one), _root(profiles, other)
        if first != second:
            if has_user[first] and has_user[second]:
                refused.append(place)
            else:
                least, merged = (first, second) if first < second else (second, first)
                profiles[merged] = least
                has_user[least] |= has_user[merged]
        first, second = _root(components, one), _root(components, other)
        if first != second:
            components[max(first, second)] = min(first, second)
    return Unions(_roots(profiles), _roots(components), refused)


def _root(parents: list[int], id_: int) -> int:
    while parents[id_] != id_:
        parents[id_] = parents[parents[id_]]
        id_ = parents[id_]
    return id_


def _roots(parents: list[int]) -> list[int]:
    """Give the root of each; a parent is never greater than its child, so that one pass in order is enough."""
    for id_, parent in enumerate(parents):
        parents[id_] = parents[parent]
    return parents

"""One plan for several later instants: it holds each audience once for every instant, as it is then.

cart_abandoners, to be looked at on Monday and Tuesday   ->   `cart_abandoners@1`, `cart_abandoners@2` of one plan

No further call comes. So a leaf stays as it is until its own next turning point, and leaves that do not change between
two instants are one and the same to the plan, as equal leaves of different audiences are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from audcli.plan.model import All, AtLeast, Audience, Condition, InAudience, Not, Plan, RelatedAre

TurningPoints = Mapping[Condition, Collection[datetime]]
"""When each leaf of a plan can change."""


def key_at(key: str, number: int) -> str:
    """Name an audience at one of the instants, by the instant's number; no definition has such a key."""
    return f"{key}@{number}"


def plan_ahead(now: Plan, later: Sequence[Plan], turning_points: TurningPoints) -> Plan:
    """Plan the audiences of `now` as they are at later instants, numbered from 0, among the calls up to now.

    `later` are the plans of the same definitions at these instants, in order; none lacks an instant between the first
    and the last of them at which a leaf can change.
    """
    waves: list[list[Audience]] = [[] for _ in now.waves]
    before = later[0].conditions
    for number, then in enumerate(later):
        there = _There(number, then.as_of, turning_points)
        conditions = then.conditions
        before = {key: there.condition(each, before[key], conditions[key]) for key, each in now.conditions.items()}
        for audiences, wave in zip(waves, now.waves, strict=True):
            audiences += [Audience(key_at(each.key, number), each.level, before[each.key]) for each in wave]
    return replace(now, waves=tuple(map(tuple, waves)), traits=())


@dataclass(frozen=True, slots=True)
class _There:
    """One of the instants, and its number."""

    number: int
    instant: datetime
    turning_points: TurningPoints

    def condition(self, now: Condition, before: Condition, then: Condition) -> Condition:
        """Put a condition together of the leaves that change here, and those before; `now` tells which these are."""
        match now, before, then:
            case All(parts), All(parts_before), All(parts_then):
                return All(self._conditions(parts, parts_before, parts_then))
            case AtLeast(count, parts), AtLeast(_, parts_before), AtLeast(_, parts_then):
                return AtLeast(count, self._conditions(parts, parts_before, parts_then))
            case Not(part), Not(part_before), Not(part_then):
                return Not(self.condition(part, part_before, part_then))
            case InAudience(key), _, _:
                return InAudience(key_at(key, self.number))
            case RelatedAre(related), RelatedAre(related_before), RelatedAre(related_then):
                inner = self.condition(related.condition, related_before.condition, related_then.condition)
                return replace(now, related=replace(related, condition=inner))
            case _:
                return then if self.instant in self.turning_points[now] else before

    def _conditions(self, *parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return tuple(self.condition(*each) for each in zip(*parts, strict=True))

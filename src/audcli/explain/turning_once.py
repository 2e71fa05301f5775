"""Sequences that time alone turns at most once: of all their turning points, the one at which they do is searched out.

viewed within 30 days, then bought, of a visitor with 900 views   ->   900 turning points, of which one is left

As time goes by such a sequence only loses events to begin with, or only gains waits that are over. So the compiled
plan is asked halfway between, until the one instant is found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from audcli.explain.ahead import TurningPoints
from audcli.explain.asked import Asked
from audcli.explain.turning_points import is_moved_by_time, leaves_of
from audcli.plan.model import Audience, Condition, Limit, Plan, Related, RelatedAre, Sequence
from audcli.sql.subjects import subject_of_scope

_FEW = 4
"""So few turning points may stay as they are."""


@dataclass(frozen=True, slots=True)
class Later:
    """How to ask of later instants: `plan_at` plans the definitions; `run` computes a plan, in place of what was."""

    plan_at: Callable[[datetime], Plan]
    run: Callable[[Plan], Asked]


def with_single_turns(points: TurningPoints, now: Asked, later: Later) -> TurningPoints:
    """Leave only one turning point, or none, of each sequence that turns at most once, and that of one entity.

    What `now` was computed from is lost.
    """
    many = {leaf: turns_to for leaf, instants in points.items()
            if len(instants) > _FEW and (turns_to := _turns_to(leaf)) is not None}  # fmt: skip
    truths = {leaf: _truths(now, leaf) for leaf in many}
    places = {leaf: place for place, leaf in enumerate(leaves_of(now.plan))}
    found = dict(points)
    for leaf, turns_to in many.items():
        may_turn = truths[leaf].count(not turns_to)
        if may_turn == 1:
            found[leaf] = _turn(sorted(points[leaf]), places[leaf], turns_to, later)
        elif not may_turn:
            found[leaf] = ()
    return found


def _turn(instants: list[datetime], place: int, turns_to: bool, later: Later) -> list[datetime]:
    """Find the first instant at which the sequence at that place among the leaves has turned, if it ever does."""

    def has_turned(instant: datetime) -> bool:
        plan = later.plan_at(instant)
        leaf = leaves_of(plan)[place]
        return (not turns_to) not in _truths(later.run(replace(plan, waves=((_audience(leaf),),), traits=())), leaf)

    turn = bisect_left(instants, True, key=has_turned)
    return instants[turn : turn + 1]


def _turns_to(leaf: Condition) -> bool | None:
    """Tell what time turns a sequence to: false or true; None where it may turn it more than once, or never does."""
    if not isinstance(leaf, Sequence) or any(is_moved_by_time(step.filter) for step in leaf.steps):
        return None
    begins = leaf.steps[0].interval
    ends_waits = any(step.elapsed for step in leaf.steps)
    match begins.follows:
        case ():
            return True if ends_waits else None
        case (Limit(months=0),) if begins.start is None:  # older_than: more and more events
            return True
        case (Limit(months=0),) if not ends_waits:  # within: fewer and fewer
            return False
        case _:
            return None


def _truths(asked: Asked, leaf: Condition) -> list[bool]:
    """Tell of everybody whose events the sequence may be made of whether it holds."""
    assert isinstance(leaf, Sequence)
    return list(asked.truths(subject_of_scope(leaf.scope), leaf).values())


def _audience(leaf: Condition) -> Audience:
    """Make a sequence an audience, for a plan to compute; that of users of accounts is one of accounts."""
    assert isinstance(leaf, Sequence)
    if leaf.scope == "all":
        return Audience("sequence", "users", leaf)
    return Audience("sequence", "accounts", RelatedAre(Related("users", leaf), count=1))

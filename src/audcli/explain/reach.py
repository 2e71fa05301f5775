"""How far the answer about one entity reaches: how often it goes over from profiles to their accounts, or back.

accounts: any, where: {users: none, where: …}     ->   2: the profile's accounts, and the users of these
trait of an account, computed of its users' events    ->   1
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audcli.plan.model import Computation, ComputedTrait, Condition, InAudience, RelatedAre, Value
from audcli.plan.walk import computations_in, filters_of, own_values_in, parts_of, values_of


def reach_of(condition: Condition, audiences: Mapping[str, Condition]) -> int:
    """Count the steps of a condition at the most; `audiences` are the conditions of those that it may name."""
    steps = [reach_of_values([*own_values_in(condition), *_values_in_filters(condition)])]
    for part in parts_of(condition):
        match part:
            case RelatedAre(related):
                steps.append(1 + reach_of(related.condition, audiences))
            case InAudience(key):
                steps.append(reach_of(audiences[key], audiences))
            case _:
                pass
    return max(steps)


def reach_of_values(values: Iterable[Value]) -> int:
    """Count the steps of values at the most; the events of an account are those of its users."""
    steps: dict[Computation, int] = {}
    for computation in computations_in(values):  # each after all that it asks of
        below = (steps[each.computation] for each in values_of(computation) if isinstance(each, ComputedTrait))
        steps[computation] = (computation.of == "accounts") + max(below, default=0)
    return max(steps.values(), default=0)


def _values_in_filters(condition: Condition) -> Iterable[Value]:
    return (value for each in filters_of(condition) for value in own_values_in(each))

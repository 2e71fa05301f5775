"""How far the answer about one entity reaches: over how many accounts and users, and to calls of which names.

{event: Logged In}                                   ->   0 steps; the calls Logged In
trait of an account, computed of its users' events   ->   1 step, to the users; these events, and the group calls
accounts: any, where: {users: none, where: …}        ->   2 steps: the profile's accounts, and the users of these; …
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audcli.plan.model import Computation, ComputedTrait, Condition, InAudience, RelatedAre, Value
from audcli.plan.walk import computations_in, filters_of, own_values_in, parts_of, values_of
from audcli.sql.events import call_numbers
from audcli.sql.leaves import CARRIERS, Leaves


@dataclass(frozen=True, slots=True)
class Reach:
    """How often an answer goes over from profiles to their accounts or back, and the numbers of the calls' names."""

    steps: int
    call_names: tuple[int, ...]


def reach_of(condition: Condition, audiences: Mapping[str, Condition], leaves: Leaves) -> Reach:
    """Tell how far a condition of a compiled plan reaches; `audiences` are the conditions of those that it may name."""
    return Reach(_steps(condition, audiences), _call_names(leaves))


def reach_of_values(values: Iterable[Value], leaves: Leaves) -> Reach:
    """Tell how far values of a compiled plan reach."""
    return Reach(_steps_of_values(values), _call_names(leaves))


def _steps(condition: Condition, audiences: Mapping[str, Condition]) -> int:
    steps = [_steps_of_values([*own_values_in(condition), *_values_in_filters(condition)])]
    for part in parts_of(condition):
        match part:
            case RelatedAre(related):
                steps.append(1 + _steps(related.condition, audiences))
            case InAudience(key):
                steps.append(_steps(audiences[key], audiences))
            case _:
                pass
    return max(steps)


def _steps_of_values(values: Iterable[Value]) -> int:
    """Count the steps of values at the most; the events of an account are those of its users."""
    steps: dict[Computation, int] = {}
    for computation in computations_in(values):  # each after all that it asks of
        below = (steps[each.computation] for each in values_of(computation) if isinstance(each, ComputedTrait))
        steps[computation] = (computation.of == "accounts") + max(below, default=0)
    return max(steps.values(), default=0)


def _values_in_filters(condition: Condition) -> Iterable[Value]:
    return (value for each in filters_of(condition) for value in own_values_in(each))


def _call_names(leaves: Leaves) -> tuple[int, ...]:
    """Give the numbers of the names of all calls that statements about the leaves read."""
    if leaves.last_calls:
        return tuple(leaves.catalog.numbers.values())
    events = [pass_.calls for pass_ in leaves.asked]
    events += [calls for sequence in leaves.sequences for step in sequence.steps for calls in step.calls]
    carriers = [CARRIERS[level] for level, columns in leaves.traits.items() if columns]
    carriers += [CARRIERS["accounts"]] if leaves.accounts else []
    numbers = [number for calls in events for number in call_numbers(calls, leaves.catalog)]
    numbers += [leaves.catalog.numbers[carrier] for carrier in carriers if carrier in leaves.catalog.numbers]
    return tuple(dict.fromkeys(numbers))

"""audcli and the reference evaluator on random worlds, and what must hold whatever the definitions mean.

`HYPOTHESIS_PROFILE=thorough pytest tests/properties` looks for long. A failure shows the seed of the world and the
smallest world found that fails too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from properties.smaller import smallest
from properties.worlds import World, deal_world
from reference import evaluate
from seam import audcli_members
from yaml_core import read_documents, write_documents

SEEDS = st.integers(0, 2**63)
PARTS = {
    "events": {},
    "sequences": {"sequences": True},
    "computed": {"computed": True},
    "accounts": {"accounts": True, "sequences": True},
    "everything": {"sequences": True, "computed": True, "accounts": True},
}


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_reference_evaluates_every_world(part: str, seed: int) -> None:
    world = deal_world(seed, **PARTS[part])
    members = evaluate(world.definitions, world.calls, world.as_of, world.settings)
    assert list(members) == world.audiences
    assert read_documents(write_documents(world.definitions)) == world.definitions


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_audcli_agrees_with_reference(part: str, seed: int) -> None:
    hold(deal_world(seed, **PARTS[part]), seed, _agree)


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_a_condition_and_its_complement_split_everyone(part: str, seed: int) -> None:
    hold(deal_world(seed, 7, **PARTS[part]), seed, _split_everyone)


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_one_audience_or_all_in_a_run_are_the_same(part: str, seed: int) -> None:
    hold(deal_world(seed, 7, **PARTS[part]), seed, _the_same_alone)


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_the_order_of_the_calls_changes_nothing(part: str, seed: int) -> None:
    hold(deal_world(seed, 7, **PARTS[part]), seed, lambda world: _members(world) == _members(_reordered(world, seed)))


def hold(world: World, seed: int, law: Callable[[World], bool]) -> None:
    """Fail with the least world for which the law does not hold."""
    if not law(world):
        pytest.fail(f"seed {seed}\n{smallest(world, lambda other: not law(other))}")


def _members(world: World, only: tuple[str, ...] = ()) -> dict[str, set[str]]:
    return audcli_members(write_documents(world.definitions), world.calls, world.as_of, world.settings, only)


def _agree(world: World) -> bool:
    return _members(world) == evaluate(world.definitions, world.calls, world.as_of, world.settings)


def _split_everyone(world: World) -> bool:
    """Everyone considered is either in an audience or in its complement, and nobody is in both."""
    both = []
    for definition in world.definitions:
        both.append(definition)
        if "audience" in definition:
            key, where = definition["audience"], definition["where"]
            both.append({**definition, "audience": f"not_{key}", "where": {"not": where}})
            both.append({**definition, "audience": f"everyone_{key}", "where": {"everyone": True}})
    members = _members(replace(world, definitions=both))
    return all(
        not members[key] & members[f"not_{key}"] and members[key] | members[f"not_{key}"] == members[f"everyone_{key}"]
        for key in world.audiences
    )


def _reordered(world: World, seed: int) -> World:
    return replace(world, calls=Random(seed).sample(world.calls, len(world.calls)))


def _the_same_alone(world: World) -> bool:
    together = _members(world)
    last = world.audiences[-1]
    return _members(world, (last,))[last] == together[last]

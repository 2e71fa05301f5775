"""Explanations on random worlds: the root is the membership, and every part is what the reference evaluator says.

And by time alone: an answer changes when it was said to, not before, and to what was said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audcli.explain import Explanation, Node
from properties.test_properties import PARTS, hold
from properties.worlds import World, deal_world
from reference import evaluate
from reference.calls import read_calls
from reference.values import as_instant
from reference.windows import shifted
from seam import explained
from yaml_core import write_documents

SEEDS = st.integers(0, 2**63)
EXPLAINED = ["sequences", "computed", "everything"]


@pytest.mark.parametrize("part", EXPLAINED)
@given(seed=SEEDS)
def test_every_part_is_what_the_reference_says(part: str, seed: int) -> None:
    hold(deal_world(seed, 2, **PARTS[part]), seed, _agrees_in_every_part)


@pytest.mark.parametrize("part", EXPLAINED)
@given(seed=SEEDS)
def test_answers_change_when_they_were_said_to(part: str, seed: int) -> None:
    hold(deal_world(seed, 2, **PARTS[part]), seed, lambda world: _changes_as_said(_without_future(world), seed))


def _agrees_in_every_part(world: World) -> bool:
    members = evaluate(world.definitions, world.calls, world.as_of, world.settings)
    by_key = {each.get("audience"): each for each in world.definitions}
    parts: dict[str, dict[str, Any]] = {}
    truths: list[tuple[str, str, bool]] = []
    for explanation in _explanations(world):
        definition = by_key[explanation.key]
        if explanation.member != (explanation.entity in members[explanation.key]):
            return False
        if explanation.root is not None and not _steps_tell(explanation.root):
            return False
        for node, written in _written_parts(explanation, definition):
            asked = {**definition, "where": written}
            key = parts.setdefault(json.dumps(asked, default=str), {**asked, "audience": f"part_{len(parts)}"})[
                "audience"
            ]
            truths.append((key, explanation.entity, node.holds))
    named = [each for each in world.definitions if "audience" not in each] + world.definitions
    found = evaluate([*named, *parts.values()], world.calls, world.as_of, world.settings)
    return all((entity in found[key]) == holds for key, entity, holds in truths)


def _steps_tell(node: Node) -> bool:
    """Tell whether every sequence that holds shows a step each that holds, and every other one where it failed."""
    tells = node.kind != "sequence" or node.holds == all(step.holds for step in node.children)
    return tells and all(map(_steps_tell, node.children))


def _explanations(world: World) -> Iterator[Explanation]:
    yield from explained(write_documents(world.definitions), world.calls, world.as_of, world.settings)


def _written_parts(explanation: Explanation, definition: dict[str, Any]) -> Iterator[tuple[Node, Any]]:
    """Pair the nodes that speak of the entity itself with the conditions as written."""
    root, where = explanation.root, definition["where"]
    if root is None:
        return
    if definition.get("of", "users") == "users" and not definition.get("include_anonymous", False):
        *children, known = root.children
        if not known.holds:
            return
        root = replace(root, children=tuple(children)) if "all" in where else children[0]
    yield from _pairs(root, where)


def _pairs(node: Node, written: dict[str, Any]) -> Iterator[tuple[Node, Any]]:
    yield node, written
    if "not" in written and node.kind == "not":  # `not` of a quantifier is shown as one part: `users: none`
        yield from _pairs(node.children[0], written["not"])
    for head in ("all", "any"):
        for child, part in zip(node.children, written.get(head, []), strict=head in written):
            yield from _pairs(child, part)


def _without_future(world: World) -> World:
    """Leave out the calls after the as-of; were they there, they would be seen as time goes by."""
    seen = [raw for raw in world.calls if read_calls([raw], world.settings)[0].time <= world.as_of]
    return replace(world, calls=seen)


def _changes_as_said(world: World, seed: int) -> bool:
    deal = Random(seed)
    for explanation in _explanations(world):
        change = explanation.change
        if change is None:
            continue
        until = change.at or change.checked_until or explanation.as_of + timedelta(days=800)
        passed = [each for each in _ends_of_windows(world) if explanation.as_of < each < until]
        before = deal.sample(passed, min(len(passed), 6))
        before.append(explanation.as_of + (until - explanation.as_of) * deal.random())
        if change.at is not None:
            before.append(change.at - timedelta(microseconds=1))
            if _is_member(world, explanation, change.at) != change.becomes:
                return False
        if any(_is_member(world, explanation, instant) != explanation.member for instant in before):
            return False
    return True


def _ends_of_windows(world: World) -> list[datetime]:
    """Give the instants at which some window could pass a call or a date of one: there, if anywhere, answers change."""
    written, calls = json.dumps(world.definitions, default=str), json.dumps(world.calls)
    durations = set(re.findall(r"\d+ (?:second|minute|hour|day|week|month)s?", written))
    dates = {as_instant(text) for text in re.findall(r'"(\d{4}-[^"]*)"', calls)} - {None}
    instants = {call.time for call in read_calls(world.calls, world.settings)} | dates
    moved = {shifted(each, duration, sign) for each in instants for duration in durations for sign in (1, -1)}
    return sorted(each.astimezone(UTC).replace(tzinfo=None) for each in instants | moved)


def _is_member(world: World, explanation: Explanation, instant: datetime) -> bool:
    members = evaluate(world.definitions, world.calls, instant.replace(tzinfo=UTC), world.settings)
    return explanation.entity in members[explanation.key]

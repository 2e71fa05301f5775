"""The typed readings and the general one give the same answers, whichever the catalog lets the compiler choose.

A call later than the as-of is nothing to a run, but the catalog has seen it: a world to which such calls add every
other kind of value, in lists and out of them, is read by the general way throughout, and must have the same members.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from properties.test_properties import PARTS, SEEDS, hold
from properties.worlds import World, deal_world
from reference.calls import read_calls
from seam import audcli_members
from yaml_core import write_documents

LATER = "2300-01-01T00:00:00Z"
OF_EVERY_KIND = ["text", 7, 0.5, 2**60, True, {"a": 1, "b": "x", "o": {"a": [2]}}, None, [["nested", 1.5], 3]]
IDENTIFYING = ("email", "phone")


@pytest.mark.parametrize("part", ["events", "sequences"])
@given(seed=SEEDS)
def test_typed_and_general_readings_agree(part: str, seed: int) -> None:
    hold(deal_world(seed, **PARTS[part]), seed, lambda world: _members(world) == _members(_read_generally(world)))


def test_general_world_shows_every_kind_everywhere() -> None:
    world = deal_world(1)
    added = _read_generally(world).calls[len(world.calls) :]
    assert len(added) == len(OF_EVERY_KIND) * len(world.calls)
    assert {call.time.year for call in read_calls(added, world.settings)} == {2300}


def _members(world: World) -> dict[str, set[str]]:
    return audcli_members(write_documents(world.definitions), world.calls, world.as_of, world.settings)


def _read_generally(world: World) -> World:
    """Add calls that nobody sees yet, which show every kind of value in every place where there is one."""
    later = [
        _later(call, f"{call['messageId']}-{number}", value)
        for call in world.calls
        for number, value in enumerate([*OF_EVERY_KIND[:-1], OF_EVERY_KIND])
    ]
    return replace(world, calls=world.calls + later)


def _later(call: dict[str, Any], message_id: str, value: Any) -> dict[str, Any]:
    changed = {**call, "timestamp": LATER, "messageId": message_id}
    for field in ("properties", "traits"):
        if field in call:
            changed[field] = {
                name: own if name in IDENTIFYING and field == "traits" else value for name, own in call[field].items()
            }
    return changed

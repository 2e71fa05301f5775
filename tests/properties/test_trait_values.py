"""The values of computed traits, as exports write them, against the reference evaluator on random worlds."""

from __future__ import annotations

import pytest
from hypothesis import given

from properties.test_properties import SEEDS, hold
from properties.worlds import World, deal_traits
from reference.exported import exported_values
from seam import audcli_values
from yaml_core import write_documents


@pytest.mark.parametrize("accounts", [False, True], ids=["users", "accounts"])
@given(seed=SEEDS)
def test_exported_values_agree_with_reference(accounts: bool, seed: int) -> None:
    hold(deal_traits(seed, accounts), seed, _agree)


def _agree(world: World) -> bool:
    found = audcli_values(write_documents(world.definitions), world.calls, world.as_of, world.settings)
    return found == exported_values(world.definitions, world.calls, world.as_of, world.settings)

"""However a plan is computed, the members are the same.

Tables are joined or gathered as marks, statements run one by one or side by side, steps of sequences meet in stretches
of time or in order of time.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from audcli.sql import marks, sequences
from audcli.sql.query import Query
from properties.test_properties import PARTS, SEEDS, hold
from properties.worlds import World, deal_world
from seam import audcli_members
from yaml_core import write_documents


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_marks_and_joins_agree(part: str, seed: int) -> None:
    hold(deal_world(seed, 7, **PARTS[part]), seed, lambda world: _members(world, 0, 2) == _members(world, 1_000, 1))


@pytest.mark.parametrize("part", ["sequences", "accounts"])
@given(seed=SEEDS)
def test_stretches_of_time_and_order_of_time_agree(part: str, seed: int) -> None:
    hold(deal_world(seed, 7, **PARTS[part]), seed, lambda world: _members(world, 4, 1) == _members_in_order(world))


@pytest.mark.parametrize("part", PARTS)
@given(seed=SEEDS)
def test_writing_a_statement_out_changes_nothing_of_it(part: str, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Query, "sql", _written_again)
        _members(deal_world(seed, 7, **PARTS[part]), 4, 1)


def _written_again(query: Query, dialect: str, *, pretty: bool = False, write: Any = Query.sql) -> str:
    first, second = (write(query, dialect, pretty=pretty) for _ in range(2))
    assert first == second == query.tree().sql(dialect, pretty=pretty)
    return first


def _members_in_order(world: World) -> dict[str, set[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequences, "only_time_matters", lambda *_: False)
        return _members(world, 4, 1)


def _members(world: World, few_tables: int, threads: int) -> dict[str, set[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks, "FEW_TABLES", few_tables)
        return audcli_members(
            write_documents(world.definitions), world.calls, world.as_of, world.settings, threads=threads
        )

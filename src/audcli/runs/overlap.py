"""How many two results have in common, for every two of some keys.

vips: ann, bob    buyers: bob, cem, dan    ->    Overlap("vips", "buyers", 2, 3, both=1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from audcli.errors import AudcliError, UsageError
from audcli.runs.keys import find_key, next_number
from audcli.runs.members import members_after


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two results: their sizes, and how many are in both."""

    first: str
    second: str
    first_members: int
    second_members: int
    both: int


def overlaps(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> tuple[Overlap, ...]:
    """Count what every two of the keys have in common after the last run.

    Raises `UsageError` for an unknown key and for keys of users beside keys of accounts, `AudcliError` for a key that
    was never computed.
    """
    keys = list(dict.fromkeys(keys))
    _refuse_mixed(connection, keys)
    last = next_number(connection, "run", "runs") - 1
    together = " union all ".join(
        f"select {place} as place, entity from ({members_after(key, last)})" for place, key in enumerate(keys)
    )
    connection.execute(f"create or replace temporary table compared as {together}")
    sizes = dict(connection.execute("select place, count(*) from compared group by place").fetchall())
    both = {
        (first, second): count
        for first, second, count in connection.execute(
            """select a.place, b.place, count(*) from compared as a join compared as b
               on a.entity = b.entity and a.place < b.place group by all"""
        ).fetchall()
    }
    return tuple(
        Overlap(keys[a], keys[b], sizes.get(a, 0), sizes.get(b, 0), both.get((a, b), 0))
        for a, b in combinations(range(len(keys)), 2)
    )


def _refuse_mixed(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> None:
    known = {key: find_key(connection, key) for key in keys}
    for key, each in known.items():
        if not each.computed:
            raise AudcliError(f"no run has computed `{key}` yet", hint=f"`audcli compute {key}` does")
    if len({each.level for each in known.values()}) > 1:
        levels = ", ".join(f"`{key}` is of {each.level}" for key, each in known.items())
        raise UsageError(f"users and accounts have nothing in common: {levels}", hint="name keys of one kind")

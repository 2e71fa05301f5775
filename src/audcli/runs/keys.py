"""The keys that the ledger remembers: each has a number, a kind and a level, and the instant it was last computed at.

vips   ->   Remembered(number=7, kind="audience", level="users", computed=True, removed=False, members=41)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

import duckdb

from audcli.errors import AudcliError, UsageError
from audcli.runs.rows import insert_rows
from audcli.runs.run import Computed

_NAMES = {"audience": "an audience", "trait": "a trait", "sql_trait": "an SQL trait"}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the ledger knows of a key: its number, and `members` of its last result.

    `computed` tells that a run has computed it, `removed` that the last run found no definition of it.
    """

    number: int
    kind: str
    level: str
    computed: bool
    removed: bool
    members: int


def remembered_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, Remembered]:
    """Give what the ledger knows of every key, under the last number that it had."""
    rows = connection.execute(
        """select key, definition, kind, level, coalesce(bool_or(outcome = 'ok'), false),
                  coalesce(arg_max(outcome, run) = 'removed', false), coalesce(arg_max(members, run), 0)
           from definitions left join results using (definition) group by key, definition, kind, level
           qualify definition = max(definition) over (partition by key)"""
    ).fetchall()
    return {key: Remembered(*values) for key, *values in rows}


def find_key(connection: duckdb.DuckDBPyConnection, key: str) -> Remembered:
    """Give what the ledger knows of one key; raises `UsageError` for one that no run has met."""
    known = remembered_keys(connection)
    if key in known:
        return known[key]
    near = get_close_matches(key, sorted(known), n=3)
    did_you_mean = f"did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    raise UsageError(f"no run has met a definition `{key}`", hint=f"{did_you_mean}`audcli list` shows all keys")


def refuse_earlier(connection: duckdb.DuckDBPyConnection, keys: Sequence[str], as_of: datetime) -> None:
    """Raise `AudcliError` when one of the keys was last computed at a later instant than `as_of`."""
    latest = connection.execute(
        """select as_of, key from results join runs using (run) join definitions using (definition)
           where outcome = 'ok' and key in (select unnest($keys)) order by as_of desc, key limit 1""",
        {"keys": list(keys)},
    ).fetchall()
    for last, key in latest:
        if last > as_of:
            latest_run, asked = f"{last.isoformat()}Z", f"{as_of.isoformat()}Z"
            raise AudcliError(
                f"`{key}` was last computed as of {latest_run}, and a run may not go back to {asked}",
                hint="give a later `--as-of`; `audcli preview KEY --as-of …` looks back, "
                "`audcli runs drop` takes the latest run back",
            )


def other_kinds(
    connection: duckdb.DuckDBPyConnection, defined: Mapping[str, tuple[str, str]], reused: Collection[str]
) -> dict[str, str]:
    """Say by key why it may not be computed: it was computed as something else, and is not among those `reused`.

    `defined` gives the kind and level that each key has now.
    """
    refused = {}
    for key, was in remembered_keys(connection).items():
        now = defined.get(key)
        if now is not None and was.computed and now != (was.kind, was.level) and key not in reused:
            refused[key] = (
                f"it was {_NAMES[was.kind]} of {was.level}, and is {_NAMES[now[0]]} of {now[1]} now; "
                f"`--reuse-key {key}` lets its members exit and begins anew"
            )
    return refused


def traits_given_by(connection: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> dict[tuple[str, str], str]:
    """Say which traits, by name and level, SQL traits of these keys gave in the last run that computed them."""
    rows = connection.execute(
        """select distinct name, level, key from trait_names join definitions using (definition)
           where kind = 'sql_trait' and key in (select unnest($keys))""",
        {"keys": list(keys)},
    ).fetchall()
    return {(name, level): key for name, level, key in rows}


def number_keys(
    connection: duckdb.DuckDBPyConnection, computed: Sequence[Computed], known: Mapping[str, Remembered]
) -> dict[str, int]:
    """Give the number of every key; one that is new, or now of another kind or level, gets a new one."""
    numbers = {}
    added = []
    following = next_number(connection, "definition", "definitions")
    for each in computed:
        before = known.get(each.key)
        if before is not None and (each.failed or (each.kind, each.level) == (before.kind, before.level)):
            numbers[each.key] = before.number
        else:
            numbers[each.key] = following
            added.append((following, each.key, each.kind, each.level))
            following += 1
    insert_rows(connection, "definitions", added)
    return numbers


def next_number(connection: duckdb.DuckDBPyConnection, column: str, table: str) -> int:
    """Give the number after the largest one in a column."""
    [(following,)] = connection.execute(f"select coalesce(max({column}), 0) + 1 from {table}").fetchall()
    return int(following)

"""Who is in an audience and under which ids, as the last committed run had them.

    members  (entity, key)                      1, use_4k…
    ids      (entity, type, value, first_seen)  1, email, ada@example.com, 2026-01-01

Identity is versioned by generation: ids are read as of the generation that the run saw, so a file never
mixes the members of one run with the profiles that a later ingest made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from duckdb import DuckDBPyConnection

from audcli.errors import AudcliError

Level = Literal["users", "accounts"]


@dataclass(frozen=True, slots=True)
class Result:
    """The last result of an audience that a run committed; numbers are those of the store's tables."""

    key: str
    definition: int
    level: Level
    run: int
    as_of: datetime
    generation: int


def last_result(connection: DuckDBPyConnection, key: str) -> Result:
    """Find the last committed result of an audience, passing over the runs in which it failed.

    Raises `AudcliError` when the key is no audience that was ever computed.
    """
    definitions = connection.execute(
        "select definition, kind, level from definitions where key = $1 order by definition desc limit 1",
        [key],
    ).fetchall()
    if not definitions:
        raise _unknown(connection, key)
    definition, kind, level = definitions[0]
    if kind != "audience":
        raise AudcliError(f"`{key}` is no audience but a {kind.replace('_', ' ')}")
    runs = connection.execute(
        """select run, as_of, generation from results join runs using (run)
           where definition = $1 and outcome = 'ok' order by run desc limit 1""",
        [definition],
    ).fetchall()
    if not runs:
        raise AudcliError(f"no run has computed `{key}` yet", hint=f"`audcli compute {key}` does")
    return Result(key, definition, level, *runs[0])


def _unknown(connection: DuckDBPyConnection, key: str) -> AudcliError:
    known = connection.execute("select key from definitions where kind = 'audience' order by key").fetchall()
    near = get_close_matches(key, [name for (name,) in known], n=3)
    did_you_mean = f"did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    return AudcliError(
        f"no run has computed an audience `{key}`",
        hint=f"{did_you_mean}what is defined but new needs `audcli compute {key}` first",
    )


def members_and_ids(result: Result) -> str:
    """Give the beginning of a query, `with members as …, ids as …`: the two relations above, each id once."""
    if result.level == "accounts":
        return f"""with members as (
            select entity, group_id as key from memberships join accounts on account = entity
            where definition = {result.definition:d} and exited_run is null),
        ids as (
            select entity, 'group_id' as type, key as value, timestamp 'epoch' as first_seen from members)"""
    return f"""with members as (
            select entity, key from memberships join profile_keys on profile = entity
            where definition = {result.definition:d} and exited_run is null),
        ids as (
            select entity, type, value, first_seen
            from members join identity on profile = entity join identifiers using (identifier)
            where since_generation <= {result.generation:d}
                and (until_generation is null or until_generation > {result.generation:d}))"""


def count_members(connection: DuckDBPyConnection, result: Result) -> int:
    """Count the members."""
    [(count,)] = connection.execute(f"{members_and_ids(result)} select count(*) from members").fetchall()
    return int(count)

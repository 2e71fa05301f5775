"""What the last run of an audience made of one entity.

membership_of(connection, "big_spenders", Entity("users", 7, …))   ->   Membership(run=12, as_of=…, member=True)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from audcli.who import Entity

_LAST_RUN = """
    select run, as_of, definition
    from results join runs using (run) join definitions using (definition)
    where key = ? and outcome = 'ok' order by run desc limit 1"""

_IS_MEMBER = "select count(*) > 0 from memberships where definition = ? and entity = ? and exited_run is null"


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether an entity was a member after the last run of an audience; `as_of` is the run's instant (UTC)."""

    run: int
    as_of: datetime
    member: bool


def membership_of(connection: duckdb.DuckDBPyConnection, key: str, entity: Entity) -> Membership | None:
    """Say what the last run of the audience `key` made of the entity; None where it was never computed."""
    last = connection.execute(_LAST_RUN, [key]).fetchone()
    if last is None:
        return None
    run, as_of, definition = last
    [(member,)] = connection.execute(_IS_MEMBER, [definition, entity.number]).fetchall()
    return Membership(run, as_of, member)

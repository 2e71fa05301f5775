"""Who is a member now, held against who was before: who entered, and who exited.

members of this run     7 | ann, bob          entered  7 | bob
members before          7 | ann, cem    ->    exited   7 | cem
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from audcli.runs.run import Computed


def compare(connection: duckdb.DuckDBPyConnection, computed: Sequence[tuple[int, Computed]]) -> None:
    """Fill `members_now`, `entered_now` and `exited_now` for the definitions, each given with its number."""
    _gather_members(connection, computed)
    _compare(connection)


def write_changes(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    """Write who entered and who exited into the memberships, as of a run."""
    connection.execute(
        """update memberships set exited_run = ? from exited_now as gone
           where memberships.exited_run is null and memberships.definition = gone.definition
             and memberships.entity = gone.entity""",
        [run],
    )
    connection.execute(
        "insert into memberships select definition, entity, ?, null from entered_now order by definition, entity",
        [run],
    )


def _gather_members(connection: duckdb.DuckDBPyConnection, computed: Sequence[tuple[int, Computed]]) -> None:
    """Fill `members_now` (and `computed_now`, the definitions that have a result at all)."""
    connection.execute("create or replace temporary table members_now (definition integer, entity integer)")
    connection.execute("create or replace temporary table computed_now (definition integer)")
    for number, each in computed:
        if each.members is None:
            continue
        connection.execute("insert into computed_now values (?)", [number])
        connection.execute(
            f"""insert into members_now
                select {number}, {each.members.entity} from {each.members.table} where "{each.members.column}" """
        )


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """create or replace temporary table entered_now as
           select definition, entity from members_now as now
           where not exists (select 1 from memberships as old where old.exited_run is null
                             and old.definition = now.definition and old.entity = now.entity)"""
    )
    connection.execute(
        """create or replace temporary table exited_now as
           select definition, entity from memberships as old
           where exited_run is null and definition in (select definition from computed_now)
             and not exists (select 1 from members_now as now
                             where now.definition = old.definition and now.entity = old.entity)"""
    )

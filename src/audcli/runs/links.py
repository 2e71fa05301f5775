"""The users whom SQL traits link to accounts, from run to run.

now    contacts | acme | ann     before   contacts | acme | bob     ->    ann since this run, bob until this run
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb


def write_links(connection: duckdb.DuckDBPyConnection, origins: Mapping[int, str], run: int) -> None:
    """Write what links there are as of a run.

    `origins` says by the number of each SQL trait that was computed how its links are marked in `sql_links`.
    """
    for definition, origin in origins.items():
        given = {"definition": definition, "run": run, "origin": origin}
        connection.execute(
            """update account_links as old set until_run = $run
               where definition = $definition and until_run is null and not exists (
                   select 1 from sql_links as now
                   where origin = $origin and now.account = old.account and now.profile = old.profile)""",
            given,
        )
        connection.execute(
            """insert into account_links
               select $definition, account, profile, $run, null from sql_links as now
               where origin = $origin and not exists (
                   select 1 from account_links as old
                   where definition = $definition and until_run is null
                       and old.account = now.account and old.profile = now.profile)""",
            given,
        )


def let_links_go(connection: duckdb.DuckDBPyConnection, run: int, *, but_of: Collection[int]) -> None:
    """End, as of a run, the links of all definitions but these: nothing links by them any more."""
    connection.execute(
        """update account_links set until_run = $run
           where until_run is null and not list_contains($definitions, definition)""",
        {"run": run, "definitions": list(but_of)},
    )


def linking(connection: duckdb.DuckDBPyConnection, keys: Collection[str]) -> list[str]:
    """Give those of the keys whose SQL traits link users to accounts, as of the last runs."""
    rows = connection.execute(
        """select distinct key from account_links join definitions using (definition)
           where until_run is null and key in (select unnest($keys)) order by key""",
        {"keys": list(keys)},
    )
    return [key for (key,) in rows.fetchall()]

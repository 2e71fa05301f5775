"""A slice of the store: one entity, with all that its answer can depend on, in a small database in memory.

    store                                           slice
    calls      4,000,000   of 160,000 profiles  ->  calls       212   of ann, and where accounts are asked about,
    identity     480,000                            identity      5   of her accounts and of the users of these

Of the calls only those of the names that the script reads are in it. The same script runs on the slice as on the store,
and says the same of that entity; only faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from audcli.explain.reach import Reach
from audcli.sql.queried import Queried
from audcli.store import Store
from audcli.tables import LINKS, SLICE, WORK
from audcli.who import Entity

_LINKS = """
    select account, profile from calls join identity using (identifier)
    where until_generation is null and account is not null and time <= $as_of
        and call_name in (select call_name from call_names where type = 'group')"""

_QUERIED_LINKS = f"select account, profile from {LINKS}"

_STEP_TO_ACCOUNTS = """
    insert into slice_accounts
    select distinct account from ({links}) semi join slice_profiles using (profile) anti join slice_accounts
        using (account)"""

_STEP_TO_USERS = """
    insert into slice_profiles
    select distinct profile from ({links}) semi join slice_accounts using (account) anti join slice_profiles
        using (profile)"""

# What each table of the slice takes of the table of the same name; they are made in this order. Calls are found by
# narrow columns before they are taken whole: to read the properties wherever one may lie takes ten times as long.
_PARTS = {
    "identity": "where until_generation is null and profile in (select profile from slice_profiles)",
    "identifiers": f"where identifier in (select identifier from {SLICE}.identity)",
    "profile_keys": "where profile in (select profile from slice_profiles)",
    "call_names": "",
    "calls": f"""where rowid in (
        select rowid from main.calls
        where time <= $as_of and list_contains($read, call_name)
            and identifier in (select identifier from {SLICE}.identity)

        union all

        select rowid from main.calls
        where time <= $as_of and account in (select account from slice_accounts)
            and call_name in (select call_name from main.call_names where type = 'group'))""",
    "accounts": f"""where account in (
        select account from slice_accounts union select account from {SLICE}.calls)""",
}


@contextmanager
def sliced(
    store: Store, entity: Entity, as_of: datetime, reach: Reach, queried: Queried
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Let the tables of the store's connection be those of the slice about `entity`, for the time of the block.

    `reach` tells how far the answer goes; `queried` whether SQL traits link users to accounts as well. Nothing after
    `as_of` is in the slice, but for identity, which is that of now.
    """
    connection = store.connection
    [(path,)] = connection.execute("select current_setting('search_path')").fetchall()
    _choose(connection, entity, as_of, reach.steps, queried)
    connection.execute(f"attach ':memory:' as {SLICE} (read_only false)")
    try:
        for table, condition in _PARTS.items():
            given = {"as_of": as_of, "read": reach.call_names} if table == "calls" else {}
            connection.execute(f"create table {SLICE}.{table} as select * from main.{table} {condition}", given)
        connection.execute(f"set search_path = '{SLICE}.main,{WORK}.main'")
        yield connection
    finally:
        connection.execute("set search_path = ?", [path])
        connection.execute(f"detach {SLICE}")


def _choose(
    connection: duckdb.DuckDBPyConnection, entity: Entity, as_of: datetime, steps: int, queried: Queried
) -> None:
    """Fill `slice_profiles` and `slice_accounts`, going outwards from the entity."""
    for table, column, level in (("slice_profiles", "profile", "users"), ("slice_accounts", "account", "accounts")):
        connection.execute(f"create or replace temporary table {table} ({column} integer)")
        if entity.level == level:
            connection.execute(f"insert into {table} values (?)", [entity.number])
    links = f"{_LINKS} union all {_QUERIED_LINKS}" if queried.links else _LINKS
    to_accounts = entity.level == "users"
    for _ in range(steps):
        step = _STEP_TO_ACCOUNTS if to_accounts else _STEP_TO_USERS
        connection.execute(step.format(links=links), {"as_of": as_of})
        to_accounts = not to_accounts

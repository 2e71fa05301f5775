"""Everything that the store knows of one account.

account_of(store, "acme", ...)  ->  Account(group_id="acme", users=12, first_users=..., traits=..., events=...)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb

from audcli.entities.audiences import InAudience, audiences_of
from audcli.entities.events import Event, recent_events
from audcli.entities.traits import ComputedTrait, computed_traits, latest_traits
from audcli.store import Store
from audcli.stored_numbers import json_of_variant
from audcli.who import find_entity

_GROUP_CALLS = "calls semi join (from call_names where type = 'group') using (call_name)"

_USERS = f"""
    with people as (select identifier, profile from identity where until_generation is null)
    select profile, min(since) as since, bool_and(is_linked) as is_linked
    from (select profile, time as since, false as is_linked from {_GROUP_CALLS} join people using (identifier)
          where account = $account
          union all
          select profile, as_of, true from account_links join runs on run = since_run
          where account = $account and until_run is null and profile in (select profile from people))
    group by profile"""

_FIRST_USERS = f"""
    select key, value, since, is_linked
    from ({_USERS}) join profile_keys using (profile)
        left join (
            select profile, value from identity join identifiers using (identifier)
            where until_generation is null and type = 'user_id') using (profile)
    order by since, key limit $limit"""

_OF_USERS = """identifier in (
    select identifier from identity semi join temp.account_profiles using (profile) where until_generation is null)"""


@dataclass(frozen=True, slots=True)
class AccountUser:
    """A user of an account, since the first group call that names both (UTC).

    One whom SQL traits alone link is so since the instant that the first of their runs evaluated at.
    """

    key: str
    user_id: str | None
    since: datetime
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account as all ingested calls make it; times are UTC.

    `first_seen` and `last_seen` are its group calls: absent where only events carry it, and then it is no account yet.
    `users` counts all of its users, `first_users` are the earliest of them. `events` are the latest that count for it.
    """

    group_id: str
    first_seen: datetime | None
    last_seen: datetime | None
    users: int
    first_users: tuple[AccountUser, ...]
    traits: dict[str, Any]
    computed_traits: tuple[ComputedTrait, ...]
    audiences: tuple[InAudience, ...]
    events: tuple[Event, ...]


def account_of(store: Store, who: str, *, scope: Literal["own", "tagged", "all"], users: int, events: int) -> Account:
    """Gather what is known of the account that `who` names, with so many of its first users and latest events.

    `scope` says which events of its users count for it (SPEC section 9). Raises `AudcliError` where there is none.
    """
    connection = store.connection
    found = find_entity(connection, who, "accounts")
    account = {"account": found.number}
    connection.execute(f"create or replace temp table account_profiles as {_USERS}", account)
    [(number_of_users,)] = connection.execute("select count(*) from temp.account_profiles").fetchall()
    first_users = connection.execute(_FIRST_USERS, account | {"limit": users}).fetchall()
    [seen] = connection.execute(
        f"select min(time), max(time) from {_GROUP_CALLS} where account = $account", account
    ).fetchall()
    return Account(
        group_id=found.key,
        first_seen=seen[0],
        last_seen=seen[1],
        users=number_of_users,
        first_users=tuple(AccountUser(*row) for row in first_users),
        traits=latest_traits(_traits(connection, found.number)),
        computed_traits=computed_traits(connection, "accounts", [found.number]),
        audiences=audiences_of(connection, "accounts", {found.number: found.key}),
        events=recent_events(connection, _counting(found.number, scope), events),
    )


def _counting(account: int, scope: Literal["own", "tagged", "all"]) -> str:
    match scope:
        case "own":
            return f"{_OF_USERS} and (account is null or account = {account:d})"
        case "tagged":
            return f"{_OF_USERS} and account = {account:d}"
        case "all":
            return _OF_USERS


def _traits(connection: duckdb.DuckDBPyConnection, account: int) -> list[str]:
    rows = connection.execute(
        f"""select {json_of_variant("properties")}
            from {_GROUP_CALLS} where account = $account order by time, message_id""",
        {"account": account},
    ).fetchall()
    return [text for (text,) in rows]

"""Everything that the store knows of one profile.

profile_of(store, who, ...)  ->  Profile(key="use_4fq…", known=True, ids=..., traits=..., audiences=..., events=...)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from audcli.entities.audiences import InAudience, audiences_of
from audcli.entities.events import Event, recent_events
from audcli.entities.traits import ComputedTrait, computed_traits, latest_traits
from audcli.ingest.identity import profile_key
from audcli.store import Store
from audcli.stored_numbers import json_of_variant
from audcli.who import find_entity

_IDS = """
    select type, value, nullif(first_seen, 'infinity') as first_seen from identity join identifiers using (identifier)
    where until_generation is null and profile = $profile order by first_seen, type, value"""

_THEIRS = "identifier in (select identifier from identity where until_generation is null and profile = {profile:d})"


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An external id and the time (UTC) of the first call that carries it.

    There is none for a `user_id` that no call has but behind another one.
    """

    type: str
    value: str
    first_seen: datetime | None


@dataclass(frozen=True, slots=True)
class InAccount:
    """An account that the profile belongs to, since the first group call that names both (UTC).

    Where SQL traits alone link the two it is since the instant that the first of their runs evaluated at.
    """

    group_id: str
    since: datetime
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as all ingested calls make it; times are UTC.

    `traits` are custom ones, `computed_traits` and `audiences` are of the last committed runs, which may have known it
    under another key. `calls` counts all of its calls, `events` are the latest events among them.
    """

    key: str
    known: bool
    first_seen: datetime | None
    last_seen: datetime | None
    calls: int
    ids: tuple[ExternalId, ...]
    traits: dict[str, Any]
    computed_traits: tuple[ComputedTrait, ...]
    accounts: tuple[InAccount, ...]
    audiences: tuple[InAudience, ...]
    events: tuple[Event, ...]


def profile_of(store: Store, who: str, *, known_by: Collection[str], events: int) -> Profile:
    """Gather what is known of the profile that `who` names, with its latest `events`.

    `known_by` are the types of external id that make a profile known. Raises `AudcliError` where nobody is found.
    """
    connection = store.connection
    found = find_entity(connection, who, "users")
    theirs = _THEIRS.format(profile=found.number)
    ids = tuple(ExternalId(*row) for row in connection.execute(_IDS, {"profile": found.number}).fetchall())
    keys = keys_ever(connection, [(each.type, each.value) for each in ids])
    last_seen, calls = _last_seen(connection, theirs)
    return Profile(
        key=found.key,
        known=any(each.type in known_by for each in ids),
        first_seen=min((each.first_seen for each in ids if each.first_seen), default=None),
        last_seen=last_seen,
        calls=calls,
        ids=ids,
        traits=latest_traits(_traits(connection, theirs)),
        computed_traits=computed_traits(connection, "users", list(keys)),
        accounts=_accounts(connection, theirs, list(keys)),
        audiences=audiences_of(connection, "users", keys),
        events=recent_events(connection, theirs, events),
    )


def keys_ever(connection: duckdb.DuckDBPyConnection, ids: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Give the keys, by number, that profiles of these ids have or once had.

    A key is the digest of one id, its anchor: so these are the keys with an anchor among the ids.
    """
    keys = [profile_key(*id_) for id_ in ids]
    rows = connection.execute("select profile, key from profile_keys where list_contains($keys, key)", {"keys": keys})
    return dict(rows.fetchall())


def _last_seen(connection: duckdb.DuckDBPyConnection, theirs: str) -> tuple[datetime | None, int]:
    [(last_seen, calls)] = connection.execute(f"select max(time), count(*) from calls where {theirs}").fetchall()
    return last_seen, calls


def _traits(connection: duckdb.DuckDBPyConnection, theirs: str) -> list[str]:
    rows = connection.execute(
        f"""select {json_of_variant("properties")}
            from calls semi join (from call_names where type = 'identify') using (call_name)
            where {theirs} order by time, message_id"""
    ).fetchall()
    return [text for (text,) in rows]


def _accounts(connection: duckdb.DuckDBPyConnection, theirs: str, numbers: list[int]) -> tuple[InAccount, ...]:
    rows = connection.execute(
        f"""select group_id, min(since) as since, bool_and(is_linked)
            from (select account, time as since, false as is_linked
                  from calls semi join (from call_names where type = 'group') using (call_name) where {theirs}
                  union all
                  select account, as_of, true from account_links join runs on run = since_run
                  where until_run is null and list_contains($numbers, profile)) join accounts using (account)
            group by group_id order by since, group_id""",
        {"numbers": numbers},
    ).fetchall()
    return tuple(InAccount(*row) for row in rows)

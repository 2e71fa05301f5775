"""Whom a user means: a profile by its key, its user_id, or any external id; an account by its group_id.

"use_4fq…"  "ann"  "email:Ann@x.com"   ->   Entity("users", 7, "use_4fq…")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb

from audcli.errors import AudcliError
from audcli.external_ids import normal_id

_BY_KEY = """
    select profile, key from profile_keys semi join (select profile from identity where until_generation is null)
        using (profile)
    where key = $who"""

_BY_ID = """
    select profile, key from identifiers join identity using (identifier) join profile_keys using (profile)
    where until_generation is null and type = $type and value = $value"""

_BY_GROUP_ID = "select account, group_id from accounts where group_id = $who"

_GROUP_ID = "group_id"


@dataclass(frozen=True, slots=True)
class Entity:
    """A profile or an account: its surrogate number in the store, and the key by which users know it."""

    level: Literal["users", "accounts"]
    number: int
    key: str


def find_entity(connection: duckdb.DuckDBPyConnection, who: str, level: Literal["users", "accounts"]) -> Entity:
    """Find whom `who` names, which is a key, a `user_id`, or `TYPE:VALUE`; the first of these that fits.

    Values are brought into the form that ingest gives ids of their type. Raises `AudcliError` where there is nobody.
    """
    who = who.strip()
    rows = _accounts(connection, who) if level == "accounts" else _profiles(connection, who)
    for number, key in rows:
        return Entity(level, number, key)
    if level == "accounts":
        raise AudcliError(f"there is no account `{who}`", hint="name it by its `group_id`")
    raise AudcliError(f"there is no profile `{who}`", hint=_hint(connection))


def _accounts(connection: duckdb.DuckDBPyConnection, who: str) -> list[tuple[int, str]]:
    given = (who, who.removeprefix(f"{_GROUP_ID}:").strip())
    return [row for each in given for row in connection.execute(_BY_GROUP_ID, {"who": each}).fetchall()]


def _profiles(connection: duckdb.DuckDBPyConnection, who: str) -> list[tuple[int, str]]:
    rows = connection.execute(_BY_KEY, {"who": who}).fetchall()
    type_, _, value = who.partition(":")
    for id_type, id_value in (("user_id", who), (type_, value)):
        given = {"type": id_type, "value": normal_id(id_type, id_value.strip())}
        rows += connection.execute(_BY_ID, given).fetchall()
    return rows


def _hint(connection: duckdb.DuckDBPyConnection) -> str:
    types = connection.execute("select type from identifiers group by type order by count(*) desc, type").fetchall()
    known = ", ".join(f"`{type_}`" for (type_,) in types[:6])
    ways = "name a profile by its key, its user_id, or as TYPE:VALUE"
    return f"{ways}; types seen: {known}" if known else ways

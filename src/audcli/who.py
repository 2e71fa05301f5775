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
_NAMES = {"users": "profile", "accounts": "account"}
_NEAR = 0.9
"""How similar (Jaro-Winkler, 1 is the same) an id is to be to what was given, to be offered in its place."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A profile or an account: its surrogate number in the store, and the key by which users know it."""

    level: Literal["users", "accounts"]
    number: int
    key: str


def find_entity(connection: duckdb.DuckDBPyConnection, who: str, level: Literal["users", "accounts"]) -> Entity:
    """Find whom `who` names, which is a key, a `user_id`, or `TYPE:VALUE`.

    Values are brought into the form that ingest gives ids of their type. Raises `AudcliError` where there is nobody,
    or where it names one profile in one way and another one in another.
    """
    who = who.strip()
    found = dict(_accounts(connection, who) if level == "accounts" else _profiles(connection, who))
    if len(found) > 1:
        named = ", ".join(f"`{key}`" for key in found.values())
        raise AudcliError(f"`{who}` names {len(found)} {_NAMES[level]}s: {named}", hint="give the key that you mean")
    for number, key in found.items():
        return Entity(level, number, key)
    raise AudcliError(f"there is no {_NAMES[level]} `{who}`", hint=_hint(connection, who, level))


def _accounts(connection: duckdb.DuckDBPyConnection, who: str) -> list[tuple[int, str]]:
    given = (who, who.removeprefix(f"{_GROUP_ID}:").strip())
    return [row for each in given for row in connection.execute(_BY_GROUP_ID, {"who": each}).fetchall()]


def _profiles(connection: duckdb.DuckDBPyConnection, who: str) -> list[tuple[int, str]]:
    rows = connection.execute(_BY_KEY, {"who": who}).fetchall()
    for id_type, id_value in ids_meant(who):
        rows += connection.execute(_BY_ID, {"type": id_type, "value": id_value}).fetchall()
    return rows


def ids_meant(who: str) -> tuple[tuple[str, str], ...]:
    """Give the external ids, type and value, that `who` may stand for: a `user_id`, and what `TYPE:VALUE` says."""
    type_, colon, value = who.partition(":")
    given = [("user_id", who), *([(type_.strip(), value)] if colon else [])]
    return tuple((each, normal_id(each, text)) for each, text in given)


def id_types(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Give the types of external ids that the store has, those with the most ids first."""
    rows = connection.execute("select type from identifiers group by type order by count(*) desc, type").fetchall()
    return tuple(type_ for (type_,) in rows)


def _hint(connection: duckdb.DuckDBPyConnection, who: str, level: Literal["users", "accounts"]) -> str:
    near = _near(connection, who, level)
    meant = f"did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    if level == "accounts":
        return f"{meant}name it by its `group_id`"
    known = ", ".join(f"`{type_}`" for type_ in id_types(connection)[:6])
    ways = f"{meant}name a profile by its key, its user_id, or as TYPE:VALUE"
    return f"{ways}; types seen: {known}" if known else ways


def _near(connection: duckdb.DuckDBPyConnection, who: str, level: Literal["users", "accounts"]) -> list[str]:
    """Give the nearest ids of the type that was named, two at most."""
    if level == "accounts":
        candidates = "select group_id as name, group_id as value from accounts"
        type_, value = _GROUP_ID, who.removeprefix(f"{_GROUP_ID}:").strip()
    else:
        candidates = """
            select case type when 'user_id' then value else type || ':' || value end as name, value
            from identifiers semi join asked using (type)"""
        type_, value = ids_meant(who)[-1]
    rows = connection.execute(
        f"""with asked as (select $type as type),
                near as (select name, jaro_winkler_similarity(value, $value) as nearness from ({candidates}))
            select name from near where nearness > {_NEAR} order by nearness desc, name limit 2""",
        {"type": type_, "value": value},
    ).fetchall()
    return [name for (name,) in rows]

"""The profiles and accounts that exist at A, and what they have besides events: ids, traits, first and last call.

people          identifier | profile
profiles        profile | key | known | first_seen                those with a call up to A
traits          profile | trait_1 | trait_2 …                     the latest value of each custom trait in use
ids             profile | ids_1 …                                 the external ids of each type in use, as a list
last_calls      profile | last_seen
seen_accounts   account | group_id | first_seen | last_seen       those with a group call up to A
account_users   account | profile | since                         since the first group call that names both
account_traits  account | trait_3 …
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from audcli.catalog import Shape
from audcli.plan.windows import just_after
from audcli.sql import vocabulary as sql
from audcli.sql.custom_traits import kept
from audcli.sql.query import Query, Source
from audcli.sql.script import Statement
from audcli.tables import LINKS


def people() -> Statement:
    """Say to which profile each id belongs now."""
    query = (
        sql.rows_of("identity")
        .select(sql.column("identifier"), sql.column("profile"), sql.column("first_seen"))
        .where(sql.absent(sql.column("until_generation")))
    )
    return Statement("people", "which profile each id belongs to", query)


def profiles(as_of: datetime, known_by: tuple[str, ...]) -> Statement:
    """List the profiles that have a call up to A.

    A profile's first call is the first that carries one of its ids: whatever id is new in a call joins the profile
    that the call belongs to.
    """
    is_known = sql.is_in(sql.column("type"), [sql.text(type_) for type_ in known_by]) if known_by else sql.FALSE
    first_seen = sql.smallest(sql.column("first_seen"))
    inner = (
        sql.rows_of("people")
        .join("identifiers", using=["identifier"])
        .select(
            sql.column("profile"),
            sql.named(sql.any_true(is_known), "known"),
            sql.named(first_seen, "first_seen"),
        )
        .group_by(sql.column("profile"))
        .having(sql.between(first_seen, None, just_after(as_of)))
    )
    query = (
        sql.rows_of(inner.named("seen"))
        .join("profile_keys", using=["profile"])
        .select(*(sql.column(name) for name in ("profile", "key", "known", "first_seen")))
    )
    return Statement("profiles", "profiles with a call up to the as-of", query)


def traits(columns: Mapping[str, str], shape: Shape, identify: int, as_of: datetime) -> Statement:
    """Take each custom trait (by name; `columns` gives the column for it) from the latest call that carries it.

    `shape` is that of the traits of all calls.
    """
    calls = _carried(_calls_named(identify, as_of), "identifier", columns, shape)
    query = _latest(sql.rows_of(calls).join("people", using=["identifier"]), "profile", columns)
    return Statement("traits", "custom traits from identify calls", query)


def account_traits(columns: Mapping[str, str], shape: Shape, group: int, as_of: datetime) -> Statement:
    """Take each custom trait of accounts from the latest group call that carries it."""
    calls = _carried(_calls_named(group, as_of), "account", columns, shape)
    query = _latest(sql.rows_of(calls), "account", columns)
    return Statement("account_traits", "custom traits from group calls", query)


def seen_accounts(group: int, as_of: datetime) -> Statement:
    """List the accounts that have a group call up to A."""
    time = sql.column("time", "calls")
    inner = (
        _calls_named(group, as_of)
        .select(
            sql.column("account"),
            sql.named(sql.smallest(time), "first_seen"),
            sql.named(sql.greatest(time), "last_seen"),
        )
        .group_by(sql.column("account"))
    )
    query = (
        sql.rows_of(inner.named("seen"))
        .join("accounts", using=["account"])
        .select(*(sql.column(name) for name in ("account", "group_id", "first_seen", "last_seen")))
    )
    return Statement("seen_accounts", "accounts with a group call up to the as-of", query)


def account_users(group: int, as_of: datetime, *, linked: bool = False) -> Statement:
    """Say which profiles belong to which accounts: those that a group call up to A names together.

    With `linked` also those that queries link; they are users since A.
    """
    pair = [sql.column("account"), sql.column("profile")]
    since = sql.named(sql.smallest(sql.column("time", "calls")), "since")
    query = _calls_named(group, as_of).join("people", using=["identifier"]).select(*pair, since).group_by(*pair)
    if linked:
        links = sql.rows_of(LINKS).select(*pair, sql.named(sql.instant(as_of), "since"))
        both_kinds = query.and_all_of(links).named("both_kinds")
        query = sql.rows_of(both_kinds).select(*pair, sql.named(sql.smallest(sql.column("since")), "since"))
        query = query.group_by(*pair)
    return Statement("account_users", "users of the accounts", query)


def ids(columns: Mapping[str, str]) -> Statement:
    """Gather the external ids of each type (`columns` gives the column for it)."""
    value = sql.column("value")
    query = (
        sql.rows_of("people")
        .join("identifiers", using=["identifier"])
        .select(sql.column("profile"))
        .select(
            *(
                sql.named(
                    sql.where(
                        sql.collected(value, [value]),
                        sql.compare("equal", sql.column("type"), sql.text(type_)),
                    ),
                    column,
                )
                for type_, column in columns.items()
            )
        )
        .where(sql.is_in(sql.column("type"), [sql.text(type_) for type_ in columns]))
        .group_by(sql.column("profile"))
    )
    return Statement("ids", "external ids by type", query)


def last_calls(as_of: datetime) -> Statement:
    """Find the time of each profile's last call up to A."""
    query = (
        sql.rows_of("calls")
        .join("people", using=["identifier"])
        .select(sql.column("profile"), sql.named(sql.greatest(sql.column("time")), "last_seen"))
        .where(sql.between(sql.column("time"), None, just_after(as_of)))
        .group_by(sql.column("profile"))
    )
    return Statement("last_calls", "time of the last call", query)


def _calls_named(call_name: int, as_of: datetime) -> Query:
    return (
        sql.rows_of("calls")
        .where(sql.compare("equal", sql.column("call_name"), sql.integer(call_name)))
        .where(sql.between(sql.column("time", "calls"), None, just_after(as_of)))
    )


def _carried(calls: Query, key: str, columns: Mapping[str, str], shape: Shape) -> Source:
    """Take out of each call the traits and whether it carries them, before anything is joined: calls are wide.

    To ask for the name itself reads whole objects, which only a name that may come without a value needs.
    """
    properties = sql.column("properties")
    query = calls.select(*(sql.column(name) for name in (key, "time", "message_id")))
    for name, column in columns.items():
        below = shape.named(name) or Shape()
        value = kept(sql.member_of_variant(properties, name), below)
        is_carried = sql.has_member(properties, name) if "null" in below.seen else sql.present(value)
        query = query.select(sql.named(value, column), sql.named(is_carried, _is_carried(column)))
    return query.named("carried", first=True)


def _is_carried(column: str) -> str:
    return f"has_{column}"


def _latest(calls: Query, entity: str, columns: Mapping[str, str]) -> Query:
    order = [sql.column("time"), sql.column("message_id")]
    latest = (
        sql.named(sql.latest(sql.column(column), order, sql.column(_is_carried(column))), column)
        for column in columns.values()
    )
    return calls.select(sql.column(entity), *latest).group_by(sql.column(entity))

"""What the columns of a result are: whose rows they are, and which traits they have.

group_id | user_id | open_tickets      of accounts: Shape(ids=("group_id", "user_id"), traits=("open_tickets",))
email    | open_tickets                of users:    Shape(ids=("email",), traits=("open_tickets",))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audcli.sql_traits.described import Column
from audcli.sql_traits.refusals import Refusal

Level = Literal["users", "accounts"]

USER_IDS = ("user_id", "anonymous_id", "email", "key")
ACCOUNT_ID = "group_id"


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a result, as they are written in the query.

    `ids` has one, or for accounts two: the account, and the user who is linked to it.
    """

    ids: tuple[str, ...]
    traits: tuple[str, ...]


def shape_of(columns: Sequence[Column], level: Level) -> Shape | Refusal:
    """Say what the columns are, or why they do not make traits of users or accounts (SPEC section 12)."""
    repeated = _repeated([column.name for column in columns])
    if repeated is not None:
        return Refusal("sql-repeated-column", {"name": repeated})
    ids = [column for column in columns if column.name.lower() in (*USER_IDS, ACCOUNT_ID)]
    refusal = _refusal_of_ids([column.name.lower() for column in ids], level)
    if refusal is not None:
        return refusal
    for column in ids:
        if not column.can_be_id:
            return Refusal("sql-id-type", {"name": column.name, "type": column.type})
    traits = tuple(column.name for column in columns if column not in ids)
    if not traits:
        return Refusal("sql-no-trait")
    ids.sort(key=lambda column: column.name.lower() != ACCOUNT_ID)
    return Shape(tuple(column.name for column in ids), traits)


def shape_told(columns: Sequence[str], level: Level) -> Shape:
    """Say what is known of a result by the names of some of its columns, whether or not it may be one.

    An account's id stands in every query of accounts.
    """
    if level == "accounts":
        ids = (ACCOUNT_ID, *(name for name in columns if name.lower() == "user_id"))
    else:
        ids = tuple(name for name in columns if name.lower() in USER_IDS)
    return Shape(ids, tuple(name for name in columns if name.lower() not in (*USER_IDS, ACCOUNT_ID)))


def _repeated(names: Sequence[str]) -> str | None:
    """Find a name that stands twice; the engine takes names that differ in case for one."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            return name
        seen.add(name.lower())
    return None


def _refusal_of_ids(found: Sequence[str], level: Level) -> Refusal | None:
    if level == "accounts":
        if ACCOUNT_ID not in found:
            return Refusal("sql-no-account-id")
        beside = [name for name in found if name not in (ACCOUNT_ID, "user_id")]
        return Refusal("sql-id-of-users", {"name": beside[0]}) if beside else None
    if ACCOUNT_ID in found:
        return Refusal("sql-id-of-accounts")
    if not found:
        return Refusal("sql-no-user-id")
    return Refusal("sql-two-ids", {"first": found[0], "second": found[1]}) if len(found) > 1 else None

"""Whom conditions are asked of, and the tables that have a row for each of them or none.

profiles            profile
seen_accounts       account
account_users       account | profile         a profile as a user of one account: its events count for that account
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.plan.model import Level, Scope
from audcli.sql import vocabulary as sql

Keys = tuple[str, ...]
"""The columns that tell the entities of a table apart."""

PROFILE: Keys = ("profile",)
ACCOUNT: Keys = ("account",)
USER_OF_ACCOUNT: Keys = ("account", "profile")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with at most one row for each entity: its name, and the columns that say whose row it is."""

    name: str
    keys: Keys


PROFILES = Table("profiles", PROFILE)
SEEN_ACCOUNTS = Table("seen_accounts", ACCOUNT)
ACCOUNT_USERS = Table("account_users", USER_OF_ACCOUNT)


def subject_of(level: Level) -> Table:
    """Give the table of the entities that audiences of a level consist of."""
    return PROFILES if level == "users" else SEEN_ACCOUNTS


def subject_of_scope(scope: Scope) -> Table:
    """Give the table of those whose events count within a scope: profiles, or profiles as users of one account."""
    return PROFILES if scope == "all" else ACCOUNT_USERS


def entity_keys(scope: Scope) -> Keys:
    """Give the columns that tell apart those whose events count within a scope."""
    return subject_of_scope(scope).keys


def columns_of(table: Table) -> list[Expr]:
    """Give the columns that tell the entities of a table apart."""
    return [sql.column(key, table.name) for key in table.keys]

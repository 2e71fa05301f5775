"""Related entities: how many users of each account, and how many accounts of each profile, pass a condition.

related_1       account | users | known_users | passing_1 | passing_2 …       of the users
related_2       profile | accounts | passing_1 …                              of the accounts
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from audcli.plan.model import Condition, Level, Related
from audcli.plan.walk import related_in
from audcli.sql import vocabulary as sql
from audcli.sql.answers import Decided, Passing, answers
from audcli.sql.leaves import Leaves
from audcli.sql.query import Query
from audcli.sql.script import Statement
from audcli.sql.subjects import ACCOUNT, ACCOUNT_USERS, PROFILE, PROFILES, SEEN_ACCOUNTS, Table


def related_statements(conditions: Iterable[Condition], leaves: Leaves, decided: Decided) -> Iterator[Statement]:
    """Count, for all related ones that the conditions speak of, how many pass, and note in `decided` where that stands.

    Those within others come first, so that each statement reads what the ones before it have decided.
    """
    depths = {related: _depth(related) for condition in conditions for related in related_in(condition)}
    steps: dict[tuple[int, Level], list[Related]] = {}
    for related, depth in depths.items():
        if related not in decided.related:
            steps.setdefault((depth, related.of), []).append(related)
    for (_, of), together in sorted(steps.items()):
        name = f"related_{len({passing.table for passing in decided.related.values()}) + 1}"
        columns = {related: f"passing_{number}" for number, related in enumerate(together, start=1)}
        if of == "users":
            yield Statement(name, "how many users pass", _users(columns, leaves, decided))
        else:
            yield Statement(name, "how many accounts pass", _accounts(columns, leaves, decided))
        table = Table(name, ACCOUNT if of == "users" else PROFILE)
        decided.related.update(
            (related, Passing(table, column, _all_of(related))) for related, column in columns.items()
        )


def _depth(related: Related) -> int:
    return 1 + max((_depth(each) for each in related_in(related.condition)), default=0)


def _all_of(related: Related) -> str:
    return related.of if related.include_anonymous else "known_users"


def _users(columns: Mapping[Related, str], leaves: Leaves, decided: Decided) -> Query:
    asked = answers(ACCOUNT_USERS, _by_column(columns), leaves, decided).select(sql.column("known", PROFILES.name))
    account, known = sql.column("account"), sql.column("known")
    counts = {
        column: sql.column(column) if related.include_anonymous else sql.both([known, sql.column(column)])
        for related, column in columns.items()
    }
    return (
        sql.rows_of(asked.named("asked"))
        .select(account, sql.named(sql.count_rows(), "users"), sql.named(sql.count_where(known), "known_users"))
        .select(*(sql.named(sql.count_where(passes), column) for column, passes in counts.items()))
        .group_by(account)
    )


def _accounts(columns: Mapping[Related, str], leaves: Leaves, decided: Decided) -> Query:
    asked = answers(SEEN_ACCOUNTS, _by_column(columns), leaves, decided)
    profile = sql.column("profile")
    return (
        sql.rows_of(ACCOUNT_USERS.name)
        .join(asked.named("asked"), using=["account"])
        .select(profile, sql.named(sql.count_rows(), "accounts"))
        .select(*(sql.named(sql.count_where(sql.column(column)), column) for column in columns.values()))
        .group_by(profile)
    )


def _by_column(columns: Mapping[Related, str]) -> dict[str, Condition]:
    return {column: related.condition for related, column in columns.items()}

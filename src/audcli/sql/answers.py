"""What conditions say of every entity: one row each, one column a condition, true or false.

select profiles.profile, <big_spenders> as big_spenders from profiles left join events_1 using (profile) …
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.plan.model import Condition, CountIs, InAudience, InSample, IsKnown, Related, RelatedAre, Sequence, ValueIs
from audcli.plan.walk import leaves_in, own_audiences_in, parts_of
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import Leaf, holds
from audcli.sql.leaves import Leaves
from audcli.sql.marks import gather
from audcli.sql.query import Query
from audcli.sql.script import Membership
from audcli.sql.subjects import ACCOUNT_USERS, PROFILES, SEEN_ACCOUNTS, Table, columns_of
from audcli.sql.values import Rows, passes

_DIGITS = 13


@dataclass(frozen=True, slots=True)
class Passing:
    """How many related ones of each entity pass: `column` of `table`, and `of_all` is the column of how many it has."""

    table: Table
    column: str
    of_all: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What earlier statements have decided: the members of audiences, and how many related ones pass a condition."""

    memberships: dict[str, Membership]
    related: dict[Related, Passing]


def answers(subject: Table, conditions: Mapping[str, Condition], leaves: Leaves, decided: Decided) -> Query:
    """Ask every entity of `subject` whether the conditions hold; `conditions` gives each its column."""
    rows = Rows.of(lambda value: leaves.find(value, rows.variables))
    key = sql.column("group_id" if subject == SEEN_ACCOUNTS else "key", _named_by(subject).name)

    def leaf(condition: Condition) -> Expr:
        if isinstance(condition, ValueIs):
            return passes(rows.find(condition.value), condition.tests, rows)
        return _leaf_holds(condition, key, leaves, decided)

    tables = {part: _tables_of([part], leaves, decided) for each in conditions.values() for part in leaves_in(each)}
    marks = gather(subject, tables, leaf)
    answer: Leaf = leaf
    for each_marks in marks:
        answer = each_marks.or_else(answer)
    query = sql.rows_of(subject.name).select(*columns_of(subject))
    columns = (sql.named(holds(each, answer), column) for column, each in conditions.items())
    query = query.select(*columns)
    marked = {part for each in marks for part in each.places}
    joined = {table: None for part, read in tables.items() if part not in marked for table in read}
    for table in joined | {_named_by(subject): None}:
        if table != subject:
            query = query.join(table.name, using=list(table.keys), kind="left")
    for each_marks in marks:
        query = query.join(each_marks.rows(), using=list(each_marks.keys), kind="left")
    return query


def _named_by(subject: Table) -> Table:
    """Give the table that has the keys by which entities are named."""
    return PROFILES if subject == ACCOUNT_USERS else subject


def _tables_of(conditions: Iterable[Condition], leaves: Leaves, decided: Decided) -> dict[Table, None]:
    conditions = list(conditions)
    tables = leaves.tables_of(conditions)
    for condition in conditions:
        for key in sorted(own_audiences_in(condition)):
            membership = decided.memberships[key]
            tables[Table(membership.table, (membership.entity,))] = None
        for part in parts_of(condition):
            if isinstance(part, RelatedAre):
                tables[decided.related[part.related].table] = None
    return tables


def _leaf_holds(condition: Condition, key: Expr, leaves: Leaves, decided: Decided) -> Expr:
    match condition:
        case CountIs():
            return _count_is(condition, leaves)
        case IsKnown():
            return sql.column("known", PROFILES.name)
        case InAudience(audience):
            return sql.column(decided.memberships[audience].column, decided.memberships[audience].table)
        case InSample(salt, below):
            return _in_sample(salt, below, key)
        case Sequence():
            return sql.sure(sql.column("holds", leaves.sequences[condition]))
        case RelatedAre():
            return _related_are(condition, decided.related[condition.related])
        case _:
            raise AssertionError(f"{condition} is no leaf")


def _count_is(condition: CountIs, leaves: Leaves) -> Expr:
    """Hold a count against its limits; who has no such events has 0."""
    minimum, maximum = condition.minimum, condition.maximum
    placed = [leaves.place_of_count(count) for count in condition.counts if leaves.is_counted(count)]
    if not placed:
        return sql.TRUE if minimum <= 0 else sql.FALSE
    columns = (sql.column(column, table.name) for table, column in placed)
    count = sql.total([sql.otherwise(column, sql.integer(0)) for column in columns])
    limits = []
    if minimum > 0:
        limits.append(sql.compare("greater_or_equal", count, sql.integer(minimum)))
    if maximum is not None:
        limits.append(sql.compare("less_or_equal", count, sql.integer(maximum)))
    return sql.both(limits)


def _in_sample(salt: str, below: int, key: Expr) -> Expr:
    """Compare the leading hexadecimal digits as text, which orders numbers of equal length."""
    if below >= 16**_DIGITS:
        return sql.TRUE
    digest = sql.sha256_hex(sql.joined_text(sql.text(f"{salt}:"), key))
    return sql.compare("less", sql.leading(digest, _DIGITS), sql.text(f"{below:0{_DIGITS}x}"))


def _related_are(condition: RelatedAre, passing: Passing) -> Expr:
    """Hold the number of those that pass against its limits; who has none related has 0 of 0."""
    count, of_all = (
        sql.otherwise(sql.column(column, passing.table.name), sql.integer(0))
        for column in (passing.column, passing.of_all)
    )
    limits = []
    if condition.count > 0:
        limits.append(sql.compare("greater_or_equal", count, sql.integer(condition.count)))
    if condition.share is not None:
        limits.append(sql.compare("greater", of_all, sql.integer(0)))
        part, whole = condition.share.numerator, condition.share.denominator
        limits.append(sql.compare("greater_or_equal", sql.product(count, whole), sql.product(of_all, part)))
    return sql.both(limits)

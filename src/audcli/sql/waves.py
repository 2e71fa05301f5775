"""A wave: for every considered profile, whether it is a member of each audience of the wave.

wave_1      profile | big_spenders | newsletter_readers …       one row a profile, true or false
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot.expressions import Expr

from audcli.plan.model import Audience, Condition, CountIs, InAudience, InSample, IsKnown, Sequence
from audcli.plan.walk import audiences_in
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import holds
from audcli.sql.leaves import Leaves
from audcli.sql.script import Membership, Statement
from audcli.sql.values import Rows

_DIGITS = 13


def wave_statement(
    table: str, audiences: tuple[Audience, ...], leaves: Leaves, earlier: Mapping[str, Membership]
) -> Statement:
    """Decide the audiences of one wave; `earlier` says where the memberships of earlier waves stand."""
    rows = Rows.of(lambda value: leaves.find(value, rows.variables))

    def leaf(condition: Condition) -> Expr:
        return _leaf_holds(condition, leaves, earlier)

    conditions = [audience.condition for audience in audiences]
    tables = dict.fromkeys(leaves.tables_of(conditions))
    tables.update((earlier[key].table, None) for each in conditions for key in sorted(audiences_in(each)))
    tables.pop("profiles", None)
    query = sql.rows_of("profiles").select(sql.column("profile", "profiles"))
    query = query.select(*(sql.named(holds(each.condition, rows, leaf), each.key) for each in audiences))
    for joined in tables:
        query = query.join(joined, using="profile", join_type="left")
    return Statement(table, f"members of {', '.join(each.key for each in audiences[:3])} …", query)


def _leaf_holds(condition: Condition, leaves: Leaves, earlier: Mapping[str, Membership]) -> Expr:
    match condition:
        case CountIs():
            return _count_is(condition, leaves)
        case IsKnown():
            return sql.column("known", "profiles")
        case InAudience(key):
            return sql.column(earlier[key].column, earlier[key].table)
        case InSample(salt, below):
            return _in_sample(salt, below)
        case Sequence():
            return sql.sure(sql.column("holds", leaves.sequences[condition]))
        case _:
            raise AssertionError(f"{condition} is no leaf")


def _count_is(condition: CountIs, leaves: Leaves) -> Expr:
    """Hold a count against its limits; a profile without such events has 0."""
    minimum, maximum = condition.minimum, condition.maximum
    placed = [count for count in condition.counts if count in leaves.counts]
    if not placed:
        return sql.TRUE if minimum <= 0 else sql.FALSE
    count = sql.total(
        [sql.otherwise(sql.column(leaves.counts[each], leaves.events[each.calls]), sql.integer(0)) for each in placed]
    )
    limits = []
    if minimum > 0:
        limits.append(sql.compare("greater_or_equal", count, sql.integer(minimum)))
    if maximum is not None:
        limits.append(sql.compare("less_or_equal", count, sql.integer(maximum)))
    return sql.both(limits)


def _in_sample(salt: str, below: int) -> Expr:
    """Compare the leading hexadecimal digits as text, which orders numbers of equal length."""
    if below >= 16**_DIGITS:
        return sql.TRUE
    digest = sql.sha256_hex(sql.joined_text(sql.text(f"{salt}:"), sql.column("key", "profiles")))
    return sql.compare("less", sql.leading(digest, _DIGITS), sql.text(f"{below:0{_DIGITS}x}"))

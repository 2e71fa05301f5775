"""A condition as one expression over a row: `all`, `any` and `not` around whatever the leaves say.

    All((a, Not(b)))   ->   <a> and not (<b>)

No expression that a leaf gives is ever NULL, so `not` is the exact complement.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot.expressions import Expr

from audcli.plan.model import ALWAYS, All, AtLeast, Condition, Not, ValueIs
from audcli.sql import vocabulary as sql
from audcli.sql.values import Rows, passes

Leaf = Callable[[Condition], Expr]


def filter_holds(condition: Condition, rows: Rows) -> Expr:
    """Give the filter of an event as an expression, in which all leaves are about values."""

    def leaf(condition: Condition) -> Expr:
        assert isinstance(condition, ValueIs), f"{condition} cannot stand in the filter of an event"
        return passes(rows.find(condition.value), condition.tests, rows)

    return holds(condition, leaf)


def holds(condition: Condition, leaf: Leaf) -> Expr:
    """Give the condition as an expression; `leaf` answers for what is not put together of others."""
    match condition:
        case All(parts):
            return sql.TRUE if condition == ALWAYS else sql.both(holds(part, leaf) for part in parts)
        case AtLeast(1, parts):
            return sql.either(holds(part, leaf) for part in parts)
        case AtLeast(count, parts):
            true_parts = sql.how_many([holds(part, leaf) for part in parts])
            return sql.compare("greater_or_equal", true_parts, sql.integer(count))
        case Not(part):
            return sql.opposite(holds(part, leaf))
        case _:
            return leaf(condition)

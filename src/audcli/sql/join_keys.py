"""What a join can meet on: texts that are equal wherever a condition holds.

    {product_id: {equals: {step: viewed, property: product_id}}}   ->   (key of the event, key of the chain)

Two values that are equal have equal keys; values with equal keys may still differ, so the condition itself is always
tested as well. It spares holding every event of a profile against everything that its chains have seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.expressions import Expr

from audcli.plan.model import All, ComparesWith, Condition, ValueIs
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element, as_double, as_text
from audcli.sql.places import One
from audcli.sql.values import Rows


def join_keys(condition: Condition, rows: Rows) -> Iterator[tuple[Expr, Expr]]:
    """Give a pair of keys for each equality of two values, neither of them a list, that the condition demands."""
    match condition:
        case All(parts):
            for part in parts:
                yield from join_keys(part, rows)
        case ValueIs(value, tests):
            for test in tests:
                if isinstance(test, ComparesWith) and test.relation == "equal" and not test.as_instants:
                    found, other = rows.find(value), rows.find(test.other)
                    if isinstance(found, One) and isinstance(other, One):
                        yield _key(found.element, test.fold), _key(other.element, test.fold)
        case _:
            pass


def _key(element: Element, fold: bool) -> Expr:
    """Write a number in one way however it is written, zero without a sign; anything else is its text."""
    number, text = as_double(element), as_text(element)
    is_zero = sql.compare("equal", number, sql.integer(0))
    written = sql.choose([(is_zero, sql.text("0"))], sql.cast(number, "VARCHAR"))
    return sql.otherwise(written, sql.lower(text) if fold else text)

"""Does a value pass a test? (section 6)

passes([3, "x"], {"greater_than": 2, "not_equals": "y"}, moment)  ->  True
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reference.calls import normalised_id
from reference.values import (
    Value,
    as_boolean,
    as_instant,
    as_number,
    as_text,
    elements,
    find,
    segments_of,
    simple_lower,
)
from reference.windows import during_holds, shifted


@dataclass(frozen=True, slots=True)
class Moment:
    """What a test needs besides the value: A, the time zone, what references and named lists stand for."""

    as_of: datetime
    zone: ZoneInfo
    refer: Callable[[dict[str, str]], Value]
    list_values: Callable[[str], list[Any]]


NEGATIVE = {"not_equals": "equals", "none_of": "one_of", "not_contains": "contains"}
ORDER = {
    "greater_than": operator.gt,
    "at_least": operator.ge,
    "less_than": operator.lt,
    "at_most": operator.le,
}
DATE_ORDER = {
    "before": operator.lt,
    "after": operator.gt,
    "on_or_before": operator.le,
    "on_or_after": operator.ge,
}
TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


def passes(value: Value, test: Any, moment: Moment) -> bool:
    """Section 6: every operator of the test holds for the value."""
    operators = written_out(test)
    fold = simple_lower if operators.get("ignore_case") else str
    return all(
        _holds(name, operand, value, fold, moment) for name, operand in operators.items() if name != "ignore_case"
    )


def written_out(test: Any) -> dict[str, Any]:
    """Section 6, Shorthands: a literal is `equals`, a list of literals `one_of`."""
    if isinstance(test, dict):
        return test
    return {"one_of": test} if isinstance(test, list) else {"equals": test}


def _holds(name: str, operand: Any, value: Value, fold: Callable[[str], str], moment: Moment) -> bool:
    """Section 6, the rules for absence and for lists."""
    if name == "exists":
        return (value is not None) is operand
    if value is None:
        return False
    if name == "size":
        return isinstance(value, list) and count_passes(len(value), operand)
    if name in NEGATIVE:
        if isinstance(operand, dict) and "list" not in operand and moment.refer(operand) is None:
            return False
        return not _holds(NEGATIVE[name], operand, value, fold, moment)
    return any(_element_holds(name, operand, element, fold, moment) for element in elements(value))


def _element_holds(name: str, operand: Any, value: Value, fold: Callable[[str], str], moment: Moment) -> bool:
    """Section 6, the table of operators, for one value that is no list."""
    as_of = moment.as_of
    if name in ("one_of", "contains_any"):
        literals = moment.list_values(operand["list"]) if isinstance(operand, dict) else operand
        single = "equals" if name == "one_of" else "contains"
        return any(_element_holds(single, literal, value, fold, moment) for literal in literals)
    if name == "has":
        return isinstance(value, dict) and all(
            passes(find(value, segments_of(path)), test, moment) for path, test in operand.items()
        )
    if isinstance(operand, dict):
        return any(_pair_holds(name, value, other, fold) for other in elements(moment.refer(operand)))
    if name == "matches":
        return _matches(operand, value, ignore_case=fold is simple_lower)
    if name == "equals":
        return _equals(value, operand, fold)
    if name in ORDER:
        number, limit = as_number(value), as_number(operand)
        return number is not None and limit is not None and bool(ORDER[name](number, limit))
    if name in TEXT:
        text, part = as_text(value), as_text(operand)
        return text is not None and part is not None and TEXT[name](fold(text), fold(part))
    instant = as_instant(value)
    if instant is None:
        return False
    match name:
        case "before" | "after" | "on_or_before" | "on_or_after":
            return bool(DATE_ORDER[name](instant, _instant(operand)))
        case "on":
            return instant.date() == _instant(operand).date()
        case "during":
            return during_holds(operand, instant, as_of, moment.zone)
        case "within_last":
            return shifted(as_of, operand, -1) < instant <= as_of
        case "before_last":
            return instant <= shifted(as_of, operand, -1)
        case "within_next":
            return as_of < instant <= shifted(as_of, operand, 1)
        case "after_next":
            return instant > shifted(as_of, operand, 1)
    raise AssertionError(name)


def _instant(literal: Any) -> datetime:
    instant = as_instant(literal)
    assert instant is not None, literal
    return instant


def _equals(value: Value, literal: Any, fold: Callable[[str], str]) -> bool:
    """Section 6, One rule for types: the literal says how the value is read."""
    if isinstance(literal, bool):
        return as_boolean(value) is literal
    if isinstance(literal, int | float):
        number = as_number(value)
        return number is not None and number == as_number(literal)
    if isinstance(literal, date):
        return as_instant(value) == as_instant(literal)
    text = as_text(value)
    return text is not None and fold(text) == fold(literal)


def _pair_holds(name: str, value: Value, other: Value, fold: Callable[[str], str]) -> bool:
    """Section 6, References: as dates under date operators, as numbers when both read so, else as text."""
    left: Any
    right: Any
    if name in DATE_ORDER:
        left, right = as_instant(value), as_instant(other)
        return left is not None and right is not None and bool(DATE_ORDER[name](left, right))
    left, right = as_number(value), as_number(other)
    if name in TEXT or left is None or right is None:
        left, right = as_text(value), as_text(other)
        if left is None or right is None:
            return False
        left, right = fold(left), fold(right)
    if name in TEXT:
        return TEXT[name](left, right)
    return bool(left == right if name == "equals" else ORDER[name](left, right))


def _matches(expression: str, value: Value, ignore_case: bool) -> bool:
    """Section 6, `matches`: RE2's reading of the constructs that Python reads differently, outside brackets."""
    text = as_text(value)
    if text is None:
        return False
    re2 = {r"\d": "[0-9]", r"\w": "[0-9A-Za-z_]", r"\s": r"[\t\n\f\r ]", r"\z": r"\Z", "$": r"\Z"}
    expression = re.sub(r"\\.|\$", lambda found: re2.get(found[0], found[0]), expression)
    return re.search(expression, text, re.IGNORECASE if ignore_case else 0) is not None


def count_passes(count: int, quantity: Any) -> bool:
    """Sections 6 and 8, `size` and `times`: every limit holds; a bare number is exactly."""
    limits = quantity if isinstance(quantity, dict) else {"exactly": quantity}
    compare = {**ORDER, "exactly": operator.eq, "more_than": operator.gt}
    return all(compare[name](count, limit) for name, limit in limits.items())


def for_ids(operators: dict[str, Any], id_type: str) -> dict[str, Any]:
    """Section 7: literals held against `id: TYPE` are normalised as that id type is on ingest."""
    texts = {"equals", "not_equals", "one_of", "none_of", "contains", "not_contains", "contains_any"}
    texts |= {"starts_with", "ends_with"}

    def normalised(operand: Any) -> Any:
        if isinstance(operand, list):
            return [normalised(literal) for literal in operand]
        return normalised_id(id_type, operand) if isinstance(operand, str | int | float) else operand

    return {name: normalised(operand) if name in texts else operand for name, operand in operators.items()}

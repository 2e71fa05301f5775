"""Conditions that hold for everybody, or for nobody, whatever the data.

times: {at_least: 0}                       ->   warning[always-true]
{trait: plan, equals: pro, not_equals: pro}   ->   warning[always-false]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audcli.definitions.conditions import CONDITION_MODELS, EveryoneCondition
from audcli.definitions.doubts.reading import Reading
from audcli.definitions.events import filter_kind
from audcli.definitions.operators import Operators
from audcli.definitions.reporting import report
from audcli.definitions.yaml_nodes import Loc
from audcli.diagnostics import Diagnostic

_OPPOSITES = {"equals": "not_equals", "one_of": "none_of", "contains": "not_contains"}


def certain_conditions(reading: Reading) -> Iterator[Diagnostic]:
    """Warn of each condition whose answer is certain, the innermost where one makes others so."""
    certain: dict[Loc, bool] = {}
    for place in reading.places:
        if place.model in CONDITION_MODELS.values() and place.model is not EveryoneCondition:
            answer = _answer(place.value)
        elif place.model is Operators:
            answer = False if _contradicts_itself(place.value) else None
        else:
            continue
        if answer is not None:
            certain[place.loc] = answer
    for loc, answer in certain.items():
        if not any(other != loc and other[: len(loc)] == loc for other in certain):
            yield report("always-true" if answer else "always-false", reading.source.span_of(loc))


def _answer(condition: dict[str, Any]) -> bool | None:
    """Give the answer that a condition has for everybody; None where it depends."""
    match condition:
        case {"everyone": True}:
            return True
        case {"all": parts}:
            return _all(parts)
        case {"any": parts}:
            return _any(parts, condition.get("at_least", 1))
        case {"not": part}:
            return _opposite(_answer(part))
        case {"sample": {"percent": percent}} if percent in (0, 100):
            return bool(percent)
        case {"trait": _} | {"id": _}:
            return False if _contradicts_itself(condition) else None
        case {"users": {"at_least": 0}}:
            return True
        case {"users": quantifier, "where": where} | {"accounts": quantifier, "where": where}:
            return _quantified(quantifier, _answer(where))
        case {"event": _} | {"page": _} | {"screen": _}:
            return _counted(condition)
    return None


def _all(parts: list[dict[str, Any]]) -> bool | None:
    answers = [_answer(part) for part in parts]
    if False in answers or _has_complements(parts):
        return False
    return True if None not in answers else None


def _any(parts: list[dict[str, Any]], wanted: int) -> bool | None:
    answers = [_answer(part) for part in parts]
    if answers.count(True) >= wanted or (wanted == 1 and _has_complements(parts)):
        return True
    return False if len(parts) - answers.count(False) < wanted else None


def _has_complements(parts: list[dict[str, Any]]) -> bool:
    return any({"not": part} in parts for part in parts)


def _quantified(quantifier: Any, answer: bool | None) -> bool | None:
    """Of nobody at all `none` is true of everybody, and `any` and `all` of nobody; else it depends on who there is."""
    if answer is False and quantifier in ("any", "all", "none"):
        return bool(quantifier == "none")
    return None


def _counted(condition: dict[str, Any]) -> bool | None:
    """A count is from 0 up, and 0 where no event can pass the filter."""
    times = condition.get("times", {"at_least": 1})
    limits = times if isinstance(times, dict) else {"exactly": times}
    zero = _allows_zero(limits)
    if "where" in condition and _never_passes(condition["where"]):
        return zero
    return True if zero and set(limits) <= {"at_least"} else None


def _allows_zero(limits: dict[str, int]) -> bool:
    return limits.get("exactly", 0) == 0 and limits.get("at_least", 0) == 0 and "more_than" not in limits


def _never_passes(where: dict[str, Any]) -> bool:
    match filter_kind(where).removeprefix(":"):
        case "all":
            return any(map(_never_passes, where["all"])) or _has_complements(where["all"])
        case "any":
            return all(map(_never_passes, where["any"]))
        case "not":
            return False
    return any(isinstance(test, dict) and _contradicts_itself(test) for test in where.values())


def _contradicts_itself(operators: dict[str, Any]) -> bool:
    """No value passes: an absent one passes nothing else, and nothing both is and is not the same."""
    others = operators.keys() - {"exists", "ignore_case", "trait", "id"}
    if operators.get("exists") is False and others:
        return True
    return any(
        name in operators and other in operators and operators[name] == operators[other]
        for name, other in _OPPOSITES.items()
    )


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer

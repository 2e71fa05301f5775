"""Guesses what was meant by a value of the wrong form, for the hints of messages.

"30d" -> "write `30 days`"      "Big Spenders" -> "write `big_spenders`"      "1,000" -> "write `1000`"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from audcli.definitions.durations import Duration
from audcli.definitions.reporting import Prose, listed, nearest

_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months")
_SHORT_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months"}
_COUNT_AND_WORD = re.compile(r"([0-9]{1,9})[ _-]*([a-zA-Z]+)")
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_HEADS_ELSEWHERE = {"and": "all", "or": "any", "track": "event", "segment": "audience", "funnel": "sequence"}
"""What other tools call some heads of conditions."""
_OPERATORS_ELSEWHERE = {
    **dict.fromkeys(("is", "eq", "equal", "exact", "=", "=="), "equals"),
    **dict.fromkeys(("is_not", "ne", "neq", "not", "!=", "<>"), "not_equals"),
    **dict.fromkeys(("in", "any_of", "is_any_of", "in_list"), "one_of"),
    **dict.fromkeys(("not_in", "nin", "not_one_of", "is_none_of"), "none_of"),
    **dict.fromkeys(("gt", "above", "more_than", ">"), "greater_than"),
    **dict.fromkeys(("gte", "ge", "min", "from", ">="), "at_least"),
    **dict.fromkeys(("lt", "below", "<"), "less_than"),
    **dict.fromkeys(("lte", "le", "max", "<="), "at_most"),
    **dict.fromkeys(("like", "icontains", "substring"), "contains"),
    **dict.fromkeys(("not_icontains", "not_like"), "not_contains"),
    **dict.fromkeys(("regex", "regexp", "match"), "matches"),
    **dict.fromkeys(("is_set", "is_not_set", "is_null", "has_value", "defined"), "exists"),
    **dict.fromkeys(("length", "count", "len"), "size"),
}
"""What other tools and languages call some operators."""
_LIST_OPERATORS = {"equals": "one_of", "not_equals": "none_of", "contains": "contains_any"}


def duration_like(value: Any) -> Prose:
    """Guess the duration that was meant, or name the units."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return _write(f"{value} days")
    found = _COUNT_AND_WORD.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        return Prose(f"write a whole number from 1 and one of {listed(_UNITS)}")
    count, word = int(found[1]), found[2].lower()
    if word in ("y", "year", "years"):
        return _write(str(Duration(12 * count, "months")))
    unit = _SHORT_UNITS.get(word) or next((unit for unit in _UNITS if unit.rstrip("s") == word.rstrip("s")), None)
    if unit is None:
        return nearest(word, _UNITS) or Prose(f"the units are {listed(_UNITS, 'and')}")
    return _write(str(Duration.parse(f"{count} {unit}")))


def key_like(name: str) -> Prose:
    """Guess the key that was meant: lower case, other characters as `_`."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").lstrip("0123456789_")[:63]
    return _write(key) if key else Prose("")


def head_like(name: str, heads: Iterable[str]) -> Prose:
    """Guess the head that was meant by a name that other tools have for it, or by one that is misspelt."""
    return _named_here(name, _HEADS_ELSEWHERE) or nearest(name, heads)


def operator_like(name: str, operators: Iterable[str]) -> Prose:
    """Guess the operator that was meant by a name that other tools have for it, or by one that is misspelt."""
    return _named_here(name, _OPERATORS_ELSEWHERE) or nearest(name, operators)


def number_like(value: Any) -> Prose:
    """Guess the number that was meant by one with thousands separated by commas or blanks."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(?:[,_ ][0-9]{3})+(?:\.[0-9]+)?", value):
        return _write(re.sub(r"[,_ ]", "", value))
    return Prose("")


def date_like(value: Any) -> Prose:
    """Guess the date that was meant by one with its parts in another order or with other marks."""
    if not isinstance(value, str):
        return Prose("")
    if found := re.fullmatch(r"([0-9]{4})[/.]([0-9]{2})[/.]([0-9]{2})", value):
        return _write("-".join(found.groups()))
    if found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", value):
        return _write(f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}")
    return Prose("")


def value_like(name: str, wanted: str, value: Any) -> Prose:
    """Say how a value of another type is written as the type that is wanted."""
    if isinstance(value, list) and name in _LIST_OPERATORS:
        return Prose(f"for several values use `{_LIST_OPERATORS[name]}`")
    if isinstance(value, list) and name in ("page", "screen"):
        return Prose("only `event` takes several names; join conditions with `any`")
    if isinstance(value, list) and wanted == "a mapping":
        return Prose("join them with `all: [...]` or `any: [...]`")
    if isinstance(value, dict) and wanted == "a list":
        return Prose("begin each element with `- `, or put them in brackets: `[...]`")
    if isinstance(value, list | dict):
        return Prose("")
    if wanted == "`true` or `false`" and str(value).lower() in _TRUTHS:
        return _write(_TRUTHS[value.lower()])
    if wanted == "a text":
        return Prose("put it in quotes")
    return Prose("put it in brackets: `[...]`" if wanted == "a list" else "")


def _named_here(name: str, elsewhere: Mapping[str, str]) -> Prose:
    here = elsewhere.get(name)
    return Prose(f"here that is {listed([here])};" if here else "")


def _write(text: str) -> Prose:
    return Prose(f"write {listed([text])}")

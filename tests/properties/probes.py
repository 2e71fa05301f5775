"""Definitions aimed at what is there: tests that a given value just passes or just fails, windows that end at a call.

    probe(deal, 7.0, as_of)  ->  {"equals": "7"}  or  {"greater_than": 7.0}  or  {"one_of": ["+7", True]} …
    window_near(deal, a time 3 days before A, as_of)  ->  {"within": "259200 seconds"}

Literals drawn blindly seldom meet the values of a few calls, and hardly ever at the edge where mistakes are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from properties.values import BOOLEAN_TEXTS, CALENDAR, NUMBER_TEXTS, literal
from reference.values import as_boolean, as_instant, as_number, as_text, elements, number_text

TICK = timedelta(microseconds=1)
Mapping = dict[str, Any]


def paths_in(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """List the paths into an object, each with a value that stands there; names are escaped."""
    if isinstance(value, dict):
        for name, inner in value.items():
            escaped = name.replace(".", r"\.")
            if not above and (name.startswith("$") or name in ("all", "any", "not")):
                escaped = "\\" + escaped
            path = f"{above}.{escaped}" if above else escaped
            yield path, inner
            yield from paths_in(inner, path)
    elif isinstance(value, list):
        for element in value:
            if isinstance(element, dict):
                yield from paths_in(element, above)


def probe(deal: Random, value: Any, as_of: datetime) -> Mapping:
    """Deal an operator whose operand lies at or beside the value, in one of the ways in which it can be read."""
    singles = elements(value)
    kinds = [_presence, _equality, _equality]
    if isinstance(value, list):
        kinds += [_size, _size]
    if singles:
        value = deal.choice(singles)
        if isinstance(value, dict) and value:
            name = deal.choice(list(value))
            return {"has": {name: probe(deal, value[name], as_of)}}
        if as_text(value) is not None:
            kinds += [_part, _part]
        if as_number(value) is not None:
            kinds += [_order, _order]
        if as_instant(value) is not None:
            kinds += [_date, _date, _date]
        kinds += [_reference]
    return deal.choice(kinds)(deal, value, as_of)


def _reference(deal: Random, value: Any, as_of: datetime) -> Mapping:
    """Compare with a trait; values come from few pools, so that many are equal."""
    names = ["equals", "not_equals", "greater_than", "at_most", "contains", "starts_with", "before", "on_or_after"]
    return {deal.choice(names): {"trait": deal.choice(["plan", "age", "o.x", "l", "l.x", "$last_seen"])}}


def _presence(deal: Random, value: Any, as_of: datetime) -> Mapping:
    return {"exists": deal.random() < 0.5}


def _size(deal: Random, value: Any, as_of: datetime) -> Mapping:
    count = len(value) if isinstance(value, list) else deal.randrange(3)
    return {"size": deal.choice([count, {"at_least": count}, {"at_most": count}, {"more_than": count}])}


def _equality(deal: Random, value: Any, as_of: datetime) -> Mapping:
    """Equal in some reading, or nearly."""
    candidates: list[Any] = [one for one in (as_number(value), as_text(value), as_boolean(value)) if one is not None]
    candidates += [as_instant(value)] * (as_instant(value) is not None)
    if (number := as_number(value)) is not None:
        candidates += [number + 1, number_text(number)]
    if (text := as_text(value)) is not None:
        candidates += [text.strip(), text.upper(), text + " "]
    candidates = candidates or [deal.choice(NUMBER_TEXTS + BOOLEAN_TEXTS)]
    chosen = deal.choice(candidates)
    if isinstance(chosen, str) and deal.random() < 0.4:
        chosen = deal.choice([chosen.upper(), chosen.lower(), chosen])
        name = deal.choice(["equals", "not_equals", "one_of", "none_of"])
        return {name: [chosen, "other"] if name.endswith("_of") else chosen, "ignore_case": True}
    if deal.random() < 0.4:
        return {deal.choice(["one_of", "none_of"]): [literal(deal, as_of), chosen]}
    return {deal.choice(["equals", "equals", "not_equals"]): chosen}


def _part(deal: Random, value: Any, as_of: datetime) -> Mapping:
    """A part of its text, or the whole, or a little more."""
    text = as_text(value) or ""
    start, end = sorted((deal.randint(0, len(text)), deal.randint(0, len(text))))
    part = deal.choice([text[start:end], text[start:], text[:end], text, text + "x"])
    if deal.random() < 0.15 and part.isalnum() and part.isascii():
        expression = deal.choice(["{}", "^{}", "{}$", "^{}$"]).format(part)
        return {"matches": expression, **deal.choice([{}, {"ignore_case": True}])}
    if deal.random() < 0.3:
        part = part.swapcase()
    name = deal.choice(["contains", "not_contains", "contains_any", "starts_with", "ends_with"])
    operand: Any = [part, "other"] if name == "contains_any" else part
    return {name: operand, **deal.choice([{}, {"ignore_case": True}])}


def _order(deal: Random, value: Any, as_of: datetime) -> Mapping:
    number = as_number(value) or 0
    limit = deal.choice([number, number, number + 1, number - 0.5])
    return {deal.choice(["greater_than", "at_least", "less_than", "at_most"]): limit}


def _date(deal: Random, value: Any, as_of: datetime) -> Mapping:
    instant = as_instant(value) or as_of
    near = deal.choice([instant, instant, instant + TICK, instant - TICK])
    seconds = (as_of - near) // timedelta(seconds=1)
    choices: list[Mapping] = [
        {deal.choice(["before", "after", "on_or_before", "on_or_after"]): deal.choice([near, near.isoformat()])},
        {"on": deal.choice([near, near.date()])},
        {deal.choice(["equals", "not_equals"]): near},
        {"during": deal.choice(CALENDAR)},
    ]
    if seconds > 0:
        choices += [{deal.choice(["within_last", "before_last"]): _span(deal, seconds)}] * 2
    elif seconds < 0:
        choices += [{deal.choice(["within_next", "after_next"]): _span(deal, -seconds)}] * 2
    return deal.choice(choices)


def _span(deal: Random, seconds: int) -> str:
    """Write so many seconds as a duration, seldom one more or less."""
    seconds = max(1, seconds + deal.choice([0, 0, 0, 1, -1]))
    whole_days = seconds % 86400 == 0 or seconds > 10**8
    return f"{seconds // 86400} days" if whole_days else f"{seconds} seconds"


def window_near(deal: Random, time: datetime, as_of: datetime) -> Mapping:
    """Deal a window of section 5 with an edge at or beside the time."""
    near = deal.choice([time, time, time + TICK, time - TICK])
    choices: list[Mapping] = [{"since": near}, {"until": near}, {"since": near.date()}, {"until": near.date()}]
    choices += [{"during": deal.choice(CALENDAR)}] * 2
    choices += [{"since": near, "until": near + deal.choice([TICK, timedelta(days=1)])}]
    seconds = (as_of - near) // timedelta(seconds=1)
    if seconds > 0:
        span = _span(deal, seconds)
        choices += [{"within": span}, {"within": span}, {"older_than": span}]
        choices += [{"between": [span, "1 second"]}] * (seconds > 2)
        choices += [{"between": [f"{2 * seconds} seconds", f"{seconds} seconds"]}]
    return deal.choice(choices)


def gap(deal: Random, one: datetime, other: datetime) -> str | None:
    """Write the time between two instants as a duration, seldom one second more or less; `None` if there is none."""
    seconds = abs(other - one) // timedelta(seconds=1)
    return _span(deal, seconds) if seconds else None

"""Random calls: few people, few event names, times beside the edges of windows.

calls(deal, as_of)  ->  [{"type": "track", "event": "A", "userId": "u1", "timestamp": …, "properties": {…}}, …]
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from properties.values import SCALAR_KINDS, SHAPES, instant, instant_text, value

EVENTS = ["A", "B", "a b"]
PROPERTIES = ["p", "q", "o", "l", "a.b", "$p", "all"]
TRAITS = ["plan", "age", "o", "l", "total", "$first_seen"]
ACCOUNTS = ["acme", "beta"]

Call = dict[str, Any]
Shapes = dict[str, tuple[str, str]]


def calls(deal: Random, as_of: datetime, accounts: bool = False) -> list[Call]:
    """Deal some calls; each property keeps one kind of value in most of the lists, as real data does."""
    shapes = {name: _shape(deal) for name in [*PROPERTIES, *TRAITS]}
    dealt = []
    for number in deal.sample(range(99), deal.choice([1, 5, 12, 25, 40])):
        kind = deal.choices(["event", "identify", "group", "alias"], [12, 4, 3 if accounts else 0, 1])[0]
        dealt.append({**_call(deal, kind, shapes, as_of, accounts), "messageId": f"m{number}"})
    return dealt


def _shape(deal: Random) -> tuple[str, str]:
    return ("mixed", "any") if deal.random() < 0.3 else (deal.choice(SCALAR_KINDS), deal.choice(SHAPES))


def _call(deal: Random, kind: str, shapes: Shapes, as_of: datetime, accounts: bool) -> Call:
    who, when = _who(deal), _when(deal, as_of)
    match kind:
        case "identify":
            traits = _fields(deal, TRAITS, shapes, as_of)
            if deal.random() < 0.4:
                traits["email"] = deal.choice(["one@x.com", "One@X.com ", "two@x.com", None, "", ["one@x.com"]])
            if deal.random() < 0.1:
                traits["phone"] = "+491711234567"
            return {"type": "identify", **who, **when, "traits": traits}
        case "group":
            who = {} if deal.random() < 0.2 else who
            traits = _fields(deal, TRAITS, shapes, as_of)
            return {"type": "group", **who, **when, "groupId": deal.choice(ACCOUNTS), "traits": traits}
        case "alias":
            user, device = deal.choice(["u1", "u2"]), deal.choice(["d1", "d2", "d3"])
            return {"type": "alias", "userId": user, "previousId": device, **when}
    properties = _fields(deal, PROPERTIES, shapes, as_of)
    return {**_event(deal), **who, **when, **_context(deal, accounts), "properties": properties}


def _who(deal: Random) -> Call:
    user = {"userId": deal.choice(["u1", "u2", "u3", "u1", "u2", "u3", 7, 7.0, " u1 ", "null"])}
    device = {"anonymousId": deal.choice(["d1", "d2", "d3", "d4"])}
    if user["userId"] == "null":
        return {**user, **device}
    return deal.choice([user, user, device, device, {**user, **device}])


def _when(deal: Random, as_of: datetime) -> Call:
    milliseconds = (instant(deal, as_of) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if deal.random() < 0.2 and milliseconds >= 10**11:  # fewer are seconds
        return {"timestamp": milliseconds, "receivedAt": instant_text(deal, as_of)}
    return {deal.choice(["timestamp", "timestamp", "originalTimestamp", "sentAt"]): instant_text(deal, as_of)}


def _event(deal: Random) -> Call:
    kind = deal.choices(["track", "page", "screen"], [8, 2, 1])[0]
    if kind == "track":
        return {"type": kind, "event": deal.choice(EVENTS)}
    return {"type": kind, "name": "A"} if deal.random() < 0.7 else {"type": kind}


def _context(deal: Random, accounts: bool) -> Call:
    plain: list[Call] = [{}, {}, {"context": {"page": {"url": "ab"}}}]
    tagged: list[Call] = [
        {"groupId": "acme"},
        {"context": {"groupId": "beta"}},
        {"groupId": "gamma"},
        {"context": {"groupId": "0"}},
        {"groupId": "null", "context": {"groupId": "beta"}},
        {"groupId": "acme", "context": {"groupId": "beta"}},
    ]
    return deal.choice(plain + tagged if accounts else plain)


def _fields(deal: Random, names: list[str], shapes: Shapes, as_of: datetime) -> dict[str, Any]:
    return {name: value(deal, *shapes[name], as_of) for name in names if deal.random() < 0.5}

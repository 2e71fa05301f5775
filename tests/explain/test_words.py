"""Explanations say each part as a definition would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from seam import explained

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
CALLS: list[dict[str, Any]] = [
    {"type": "identify", "userId": "ann", "timestamp": "2026-06-01", "traits": {"plan": "pro", "born": "2000-01-01"}},
    {"type": "track", "event": "Bought", "userId": "ann", "timestamp": "2026-06-02", "properties": {"sum": 5}},
]


@pytest.mark.parametrize(
    ("where", "limit"),
    [
        ("{trait: plan, not_equals: free}", 'not_equals "free"'),
        ("{trait: plan, none_of: [free, trial]}", 'none_of "free", "trial"'),
        ("{trait: plan, not_contains: fr}", 'not_contains "fr"'),
        ("{trait: plan, contains_any: [a, b]}", 'contains_any "a", "b"'),
        ("{trait: plan, equals: Pro, ignore_case: true}", 'equals "Pro" (any case)'),
        ("{trait: born, before: 2001-01-01}", "before 2001-01-01"),
        ("{trait: born, after: 2001-01-01}", "after 2001-01-01"),
        ("{trait: born, on_or_before: 2001-01-01}", "on_or_before 2001-01-01"),
        ("{trait: born, on_or_after: 2001-01-01}", "on_or_after 2001-01-01"),
        ("{trait: born, equals: 2000-01-01}", "equals 2000-01-01"),
        ("{trait: born, not_equals: 2000-01-01}", "not_equals 2000-01-01"),
        ("{trait: born, on: 2000-01-01}", "is a date in [2000-01-01, 2000-01-02)"),
        ("{trait: born, within_last: 30 days}", "is a date in (2026-06-01, 2026-07-01]"),
        ("{trait: born, before_last: 30 days}", "on_or_before 2026-06-01"),
        ("{trait: born, after_next: 30 days}", "after 2026-07-31"),
        ("{event: Bought, times: {at_least: 2, less_than: 5}}", "2 to 4"),
        ("{event: Bought, times: 0}", "exactly 0"),
    ],
)
def test_what_a_value_is_held_against_is_said_as_it_is_written(where: str, limit: str) -> None:
    [explanation] = explained(f"audience: a\ninclude_anonymous: true\nwhere: {where}\n", CALLS, AS_OF)
    assert explanation.root is not None
    assert explanation.root.limit == limit


def test_a_named_computed_trait_says_what_it_is_made_of() -> None:
    definitions = """
trait: spent
compute: sum
event: Bought
property: sum
within: 90 days
---
audience: a
include_anonymous: true
where: {trait: spent, at_least: 3}
"""
    [root] = [each.root for each in explained(definitions, CALLS, AS_OF) if each.key == "a"]
    assert root is not None
    assert root.text == "trait: spent (sum of sum from event: Bought, in (2026-04-02, 2026-07-01])"
    assert (root.found, root.limit) == ("5", "at_least 3")


def test_events_that_must_be_tagged_are_said_to_be() -> None:
    definition = "audience: a\nof: accounts\nwhere: {users: any, events: tagged, where: {event: Bought}}\n"
    group = {"type": "group", "userId": "ann", "groupId": "acme", "timestamp": "2026-06-01"}
    [explanation] = explained(definition, [*CALLS, group], AS_OF)
    assert explanation.root is not None
    [user] = explanation.root.children
    [bought] = user.children
    assert bought.text == "event: Bought, in (…, 2026-07-01], events: tagged"
    assert bought.notes == ("not counted: 1 of no account",)

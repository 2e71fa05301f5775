"""When answers change by time alone: dates at the ends of the calendar are dates like others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seam import explained

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
DEFINITION = """
audience: valid
where:
  any:
    - {trait: valid_until, within_next: 2 months}
    - {trait: valid_until, before_last: 30 days}
    - {trait: valid_until, during: this month}
"""


@pytest.mark.parametrize("date, member", [("9999-12-31", False), ("9998-01-31", False), ("0001-01-02", True)])
def test_dates_that_stand_for_never_change_nothing(date: str, member: bool) -> None:
    identify = {"type": "identify", "userId": "ann", "timestamp": "2026-01-01", "traits": {"valid_until": date}}
    [explanation] = explained(DEFINITION, [identify], AS_OF)
    assert explanation.member is member
    assert explanation.change is not None
    assert explanation.change.at is None or explanation.change.at.year > 9000


PAID = [
    {"type": "track", "event": "Paid", "userId": "ann", "timestamp": f"2026-01-{day}", "properties": {"price": 100}}
    for day in range(10, 31, 2)
]
JOINED = {"type": "group", "userId": "ann", "groupId": "acme", "timestamp": "2026-01-05"}
IDENTIFIED = {
    "type": "identify",
    "userId": "ann",
    "timestamp": "2026-01-01",
    "traits": {"contracts": [{"ends": "2026-03-10"}, {"ends": "never"}], "renews": "2026-02-28T09:30:00"},
}
TRIAL = {
    "type": "track",
    "event": "Trial",
    "userId": "ann",
    "timestamp": "2026-01-02",
    "properties": {"ends": "2026-03-10"},
}

CHANGES = {
    "a date in an object of a list": (
        "where: {trait: contracts, has: {ends: {within_next: 7 days}}}",
        [IDENTIFIED],
        AS_OF,
        datetime(2026, 3, 3),
    ),
    "a date that the events of a computed trait are chosen by": (
        "where: {trait: {compute: count, event: Trial, where: {ends: {within_next: 7 days}}}, at_least: 1}",
        [TRIAL],
        AS_OF,
        datetime(2026, 3, 3),
    ),
    "a date that a computed trait has only later": (
        "where: {trait: {compute: last, event: Trial, property: ends, older_than: 40 days}, within_next: 7 days}",
        [TRIAL],
        AS_OF,
        datetime(2026, 3, 3),
    ),
    "events that pass a computed trait only later": (
        """where: {event: Paid, where: {price: {greater_than: {trait: spent}}}, older_than: 25 days}
---
trait: spent
compute: sum
event: Paid
property: price
within: 20 days
""",
        PAID[-1:],
        AS_OF,
        datetime(2026, 2, 24),
    ),
    "the shorter months": (
        "where: {trait: renews, within_next: 1 month}",
        [IDENTIFIED],
        datetime(2026, 1, 28, 10, tzinfo=UTC),
        datetime(2026, 1, 29),
    ),
    "the eighth of eleven events": (
        "where: {trait: {compute: sum, event: Paid, property: price, within: 30 days}, greater_than: 300}",
        PAID,
        AS_OF,
        datetime(2026, 2, 23),
    ),
    "the eighth of eleven events, when only it counts": (
        "where: {event: Paid, times: {more_than: 3}, within: 30 days}",
        PAID,
        AS_OF,
        datetime(2026, 2, 23),
    ),
    "what follows long after another part has turned": (
        """where:
  any:
    - {event: Trial, within: 31 days}
    - {trait: {compute: sum, event: Paid, property: price, within: 30 days}, greater_than: 300}
""",
        [TRIAL, *PAID],
        AS_OF,
        datetime(2026, 2, 23),
    ),
    "so many events that there are not too many any more": (
        "where: {event: Paid, times: {at_least: 1, at_most: 3}, within: 30 days}",
        PAID,
        AS_OF,
        datetime(2026, 2, 23),
    ),
    "a second event of those long past": (
        "where: {event: Paid, times: 2, older_than: 30 days}",
        PAID,
        AS_OF,
        datetime(2026, 2, 11),
    ),
    "a sequence that the last of its many first events leaves": (
        """where:
  sequence:
    - {event: Paid, within: 30 days}
    - {event: Trial}
""",
        [*PAID, {**TRIAL, "timestamp": "2026-01-27"}],
        AS_OF,
        datetime(2026, 2, 25),
    ),
    "a sequence whose wait after the first of many events is over": (
        """where:
  sequence:
    - {event: Paid}
    - {event: Trial, did: false, within: 30 days, elapsed: true}
""",
        [*PAID, {**TRIAL, "timestamp": "2026-01-27"}],
        AS_OF,
        datetime(2026, 2, 27),
    ),
    "a sequence of a user of an account": (
        """of: accounts
where: {users: any, where: {sequence: [{event: Paid, within: 30 days}, {event: Trial}]}}
""",
        [JOINED, *PAID, {**TRIAL, "timestamp": "2026-01-27"}],
        AS_OF,
        datetime(2026, 2, 25),
    ),
    "a user of an account, by an audience that names another": (
        """of: accounts
where: {users: any, where: {audience: active}}
---
audience: active
where: {audience: payers}
---
audience: payers
where: {event: Paid, within: 30 days}
""",
        [JOINED, *PAID],
        AS_OF,
        datetime(2026, 3, 1),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_answers_change_by(what: str) -> None:
    definition, calls, as_of, changes = CHANGES[what]
    explanation = next(
        each for each in explained(f"audience: asked\n{definition}", calls, as_of) if each.key == "asked"
    )
    assert explanation.change is not None
    assert (explanation.change.at, explanation.change.becomes) == (changes, not explanation.member)


def test_too_many_instants_are_looked_at_up_to_one_that_is_told() -> None:
    often = [
        {**PAID[0], "timestamp": f"2026-01-01T{hour:02}:{minute:02}:00"} for hour in range(24) for minute in (0, 30)
    ]
    definition = "audience: asked\nwhere: {trait: {compute: sum, event: Paid, property: price}, at_least: 1}"
    [never] = explained(definition, often, AS_OF)
    assert never.change is not None and (never.change.at, never.change.checked_until) == (None, None)
    [late] = explained(definition.replace("price}", "price, within: 60 days}"), often, AS_OF)
    assert late.change is not None
    assert (late.change.at, late.change.checked_until) == (None, datetime(2026, 3, 2, 19, 30))

"""What is shown of sequences: the chosen events, those that forbid it, where the chain broke, and what has to pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from audcli.explain import Node
from seam import explained

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
DEFINITION = """
audience: abandoned
include_anonymous: true
where:
  sequence:
    - {event: Viewed, as: viewed}
    - event: Bought
      did: false
      within: 7 days
      elapsed: true
      where: {sku: {equals: {step: viewed, property: sku}}}
    - {event: Viewed, within: 30 days, times: {at_least: 2}}
"""


def call(event: str, day: int, sku: str = "a") -> dict[str, Any]:
    time = f"2026-01-{day:02}T00:00:00Z"
    return {"type": "track", "event": event, "userId": "ann", "timestamp": time, "messageId": f"{event} {day}",
            "properties": {"sku": sku}}  # fmt: skip


def steps(*calls: dict[str, Any]) -> tuple[bool, list[Node]]:
    [explanation] = explained(DEFINITION, list(calls), AS_OF)
    assert explanation.root is not None
    return explanation.member, list(explanation.root.children)


def test_the_chosen_events_are_shown_with_their_ids() -> None:
    member, (viewed, bought, again) = steps(
        call("Viewed", 1), call("Bought", 2, sku="b"), call("Viewed", 10), call("Viewed", 11)
    )
    assert member
    assert [event.message_id for event in viewed.events] == ["Viewed 1"]
    assert (bought.holds, bought.found, bought.events) == (True, "0", ())
    assert (again.holds, again.found, again.limit) == (True, "2", "at least 2")
    assert [event.message_id for event in again.events] == ["Viewed 11", "Viewed 10"]


def test_what_forbids_a_sequence_is_shown() -> None:
    member, (viewed, bought, again) = steps(call("Viewed", 1), call("Bought", 2))
    assert not member
    assert [event.message_id for event in viewed.events] == ["Viewed 1"]
    assert (bought.holds, bought.found, bought.limit) == (False, "1", "none")
    assert [event.message_id for event in bought.events] == ["Bought 2"]
    assert (again.holds, again.found) == (False, "0")


def test_what_is_forbidden_before_a_counted_step_is_so_up_to_the_first_that_counts() -> None:
    member, (_, bought, again) = steps(call("Viewed", 1), call("Viewed", 3), call("Bought", 4), call("Viewed", 5))
    assert member
    assert (bought.holds, bought.found, again.found) == (True, "0", "2")


def test_a_chain_that_broke_says_where() -> None:
    member, (viewed, bought, again) = steps(call("Bought", 2))
    assert not member
    assert (viewed.holds, viewed.found) == (False, "no such event")
    assert bought.found == again.found == "not looked at, for the chain broke before"


def test_a_time_that_has_not_passed_is_noted() -> None:
    member, (_, bought, _) = steps(call("Viewed", 31))
    assert not member
    assert (bought.holds, bought.notes) == (False, ("its time has not passed before 2026-02-07 00:00:00",))


def test_every_step_of_a_longer_chain_has_its_event() -> None:
    definition = """
audience: bought
include_anonymous: true
where:
  within: 10 days
  sequence:
    - {event: Viewed}
    - {event: Added, within: 2 days}
    - {event: Left, did: false}
    - {event: Bought, within: 3 days}
"""
    calls = [call("Viewed", 1), call("Viewed", 3), call("Added", 4), call("Bought", 6), call("Viewed", 9)]
    [explanation] = explained(definition, calls, AS_OF)
    assert explanation.member
    assert explanation.root is not None
    chosen = [[event.message_id for event in step.events] for step in explanation.root.children]
    assert chosen == [["Viewed 3"], ["Added 4"], [], ["Bought 6"]]


REFERRING = """
audience: bought_what_was_viewed
include_anonymous: true
where:
  sequence:
    - {event: Viewed, as: viewed}
    - {event: Added, where: {sku: {equals: {step: viewed, property: sku}}}}
    - {event: Bought}
  within: 5 days
"""


def chosen_of(definition: str, *calls: dict[str, Any]) -> list[str]:
    [explanation] = explained(definition, list(calls), AS_OF)
    assert explanation.member
    assert explanation.root is not None
    return [event.message_id for step in explanation.root.children for event in step.events]


def test_the_event_that_a_later_step_refers_to_is_the_one_that_it_fits() -> None:
    calls = [call("Viewed", 1), call("Viewed", 2, sku="b"), call("Added", 3), call("Bought", 4)]
    assert chosen_of(REFERRING, *calls) == ["Viewed 1", "Added 3", "Bought 4"]


def test_the_chain_shown_keeps_the_limit_of_the_whole_sequence() -> None:
    calls = [call("Viewed", 1), call("Viewed", 8, sku="b"), call("Added", 9, sku="b"), call("Added", 10)]
    assert chosen_of(REFERRING, *calls, call("Bought", 11)) == ["Viewed 8", "Added 9", "Bought 11"]


def test_of_events_at_one_instant_the_fitting_one_is_named() -> None:
    others = [call("Viewed", 1, sku="b") | {"messageId": "Viewed z"}, call("Added", 3, sku="c") | {"messageId": "z"}]
    calls = [call("Viewed", 1), *others, call("Added", 3), call("Bought", 4)]
    assert chosen_of(REFERRING, *calls) == ["Viewed 1", "Added 3", "Bought 4"]


def test_a_step_that_comes_too_late_for_the_whole_sequence_says_so() -> None:
    calls = [call("Viewed", 1), call("Added", 2), call("Bought", 9)]
    [explanation] = explained(REFERRING, calls, AS_OF)
    assert explanation.root is not None
    *_, bought = explanation.root.children
    assert (bought.holds, bought.found) == (False, "later than 5 days after step 1")
    assert [event.message_id for event in bought.events] == ["Bought 9"]

"""What is shown of a profile and of an account is what their calls say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import pytest

from audcli.entities import account_of, conflicts, count_conflicts, profile_of
from audcli.store import Store

Take = Callable[..., None]
KNOWN_BY = ("user_id", "email")


def identify(message_id: str, time: int, **fields: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": message_id, "timestamp": time} | fields


def track(message_id: str, time: int, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "messageId": message_id, "timestamp": time} | fields


def test_each_trait_is_of_the_latest_call_that_carries_it(store: Store, take: Take) -> None:
    take(
        identify("b", 5, userId="u", traits={"plan": "tie won", "city": None, "list": [1, {"a": 2.5}]}),
        identify("a", 5, anonymousId="d", traits={"plan": "tie lost", "city": "Ulm"}),
        identify("c", 1, userId="u", anonymousId="d", traits={"plan": "old", "age": 40, "deep": {"x": 1, "y": 2}}),
        identify("d", 2, userId="u", traits={"deep": {"x": None}}),
        identify("e", 9, userId="other", traits={"plan": "another's"}),
    )
    profile = profile_of(store, "u", known_by=KNOWN_BY, events=9)
    assert profile.traits == {"age": 40, "deep": {"x": None}, "list": [1, {"a": 2.5}], "plan": "tie won"}
    assert (profile.calls, profile.events) == (4, ())


def test_the_latest_events_come_first(store: Store, take: Take) -> None:
    take(
        track("1", 1, anonymousId="d", properties={"n": 1}),
        track("2", 3, userId="u", anonymousId="d", groupId="g"),
        {"type": "page", "messageId": "3", "timestamp": 3, "userId": "u", "name": "Home"},
        identify("4", 7, userId="u"),
        track("5", 4, userId="other", anonymousId="d"),
    )
    profile = profile_of(store, "anonymous_id:d", known_by=KNOWN_BY, events=2)
    assert [(each.message_id, each.type, each.name, each.group_id) for each in profile.events] == [
        ("3", "page", "Home", None),
        ("2", "track", "A", "g"),
    ]
    assert (profile.first_seen.second, profile.last_seen) == (1, datetime(1970, 1, 1, 0, 0, 7))
    assert profile.known
    assert not profile_of(store, "u", known_by=("email",), events=0).known
    [conflict] = conflicts(store)
    assert (conflict.message_id, conflict.one.user_id, conflict.other.value, conflict.other.user_id) == (
        "5", "other", "d", "u",
    )  # fmt: skip
    assert count_conflicts(store) == 1


@pytest.mark.parametrize(
    ("scope", "expected"), [("own", ["none", "g"]), ("tagged", ["g"]), ("all", ["none", "h", "g"])]
)
def test_events_of_an_account_are_those_that_count_for_it(
    store: Store, take: Take, scope: Literal["own", "tagged", "all"], expected: list[str]
) -> None:
    take(
        {"type": "group", "messageId": "1", "timestamp": 5, "userId": "u", "groupId": "g", "traits": {"plan": "b"}},
        {"type": "group", "messageId": "2", "timestamp": 9, "groupId": "g", "traits": {"plan": None, "seats": 3}},
        track("g", 1, userId="u", groupId="g"),
        track("h", 2, userId="u", groupId="h"),
        track("none", 3, userId="u"),
        track("no user", 4, userId="v", groupId="g"),
    )
    account = account_of(store, "g", scope=scope, users=5, events=9)
    assert [each.message_id for each in account.events] == expected
    assert [(each.user_id, each.since) for each in account.first_users] == [("u", datetime(1970, 1, 1, 0, 0, 5))]
    assert (account.users, account.traits) == (1, {"seats": 3})
    assert account.last_seen == datetime(1970, 1, 1, 0, 0, 9)


def test_what_only_events_carry_is_no_account_yet(store: Store, take: Take) -> None:
    take(track("1", 1, userId="u", groupId="g"))
    account = account_of(store, "g", scope="own", users=5, events=9)
    assert (account.first_seen, account.users, account.events) == (None, 0, ())

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from ingested import NOW, Take, clear, components, first_seen, profiles, refused_links
from plain_identity import plain_identity
from random_calls import OPTIONS, files_of_records, write_files

from audcli.entities import conflicts, count_conflicts
from audcli.ingest import ingest
from audcli.ingest.identity import profile_key
from audcli.store import Store


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files_of_records())
def test_equals_the_plain_reading(
    store: Store, tmp_path: Path, drawn: tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]
) -> None:
    calls, files = drawn
    clear(store)
    for path in write_files(tmp_path, files):
        ingest(store, [path], OPTIONS, now=NOW)
    expected = plain_identity(calls)
    assert profiles(store) == expected.profiles
    assert refused_links(store) == expected.refused
    assert components(store) == expected.components
    listed = list(conflicts(store))
    assert count_conflicts(store) == len(listed) == len({frozenset(pair) for pair in expected.refused})
    assert [each.message_id for each in conflicts(store, limit=2)] == [each.message_id for each in listed[:2]]
    for conflict in listed:
        for side in (conflict.one, conflict.other):
            assert {(side.type, side.value), ("user_id", side.user_id)} <= expected.profiles[side.key]
        pair = (conflict.one.type, conflict.one.value), (conflict.other.type, conflict.other.value)
        assert (conflict.time, conflict.message_id) == expected.first_refusal(*pair)
        if pair[::-1] in expected.refused:
            assert (conflict.time, conflict.message_id) <= expected.first_refusal(*pair[::-1])
    assert first_seen(store) == expected.seen_since()
    _check_generations(store)


def _check_generations(store: Store) -> None:
    """Every id has one row that holds now, and its rows follow one another without a gap."""
    rows = store.connection.execute("""
        select identifier, since_generation, until_generation from identity order by identifier, since_generation""")
    current: dict[int, int | None] = {}
    for identifier, since, until in rows.fetchall():
        assert current.get(identifier, since) == since
        assert until is None or since < until <= store.generation
        current[identifier] = until
    assert set(current.values()) <= {None}


def call(time: int, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "timestamp": time} | fields


def test_a_pair_refused_from_both_of_its_ids_is_one_conflict(store: Store, take: Take) -> None:
    take(
        call(1, userId="u1", anonymousId="a1"),
        call(1, userId="u2", anonymousId="a2"),
        {"type": "alias", "anonymousId": "a2", "previousId": "a1", "timestamp": 3, "messageId": "later"},
        {"type": "alias", "anonymousId": "a1", "previousId": "a2", "timestamp": 2, "messageId": "first"},
        call(4, userId="u1", anonymousId="a2", messageId="of another pair"),
    )
    assert [(each.message_id, each.one.value, each.other.value) for each in conflicts(store)] == [
        ("first", "a1", "a2"),
        ("of another pair", "u1", "a2"),
    ]
    assert count_conflicts(store) == 2


def test_shared_device_stays_with_its_first_user(store: Store, take: Take) -> None:
    take(call(1, userId="u1", anonymousId="a"), call(2, userId="u2", anonymousId="a"))
    assert sorted(map(sorted, profiles(store).values())) == [
        [("anonymous_id", "a"), ("user_id", "u1")],
        [("user_id", "u2")],
    ]
    assert refused_links(store) == {(("user_id", "u2"), ("anonymous_id", "a"))}


def test_an_earlier_login_that_arrives_late_takes_the_device(store: Store, take: Take) -> None:
    take(call(2, userId="u2", anonymousId="a"))
    take(call(1, userId="u1", anonymousId="a"), file="late.jsonl")
    assert refused_links(store) == {(("user_id", "u2"), ("anonymous_id", "a"))}


def test_merging_is_retroactive_and_rewrites_no_call(store: Store, take: Take) -> None:
    take(call(1, anonymousId="a"))
    before = store.connection.execute("select identifier from calls").fetchall()
    take(call(2, userId="u", anonymousId="a"), file="login.jsonl")
    assert [set(members) for members in profiles(store).values()] == [{("anonymous_id", "a"), ("user_id", "u")}]
    assert set(before) < set(store.connection.execute("select identifier from calls").fetchall())


def test_a_key_keeps_its_number(store: Store, take: Take) -> None:
    """The profile of `a` becomes that of `u`; its own number is not given to another."""
    take(call(1, anonymousId="a"))
    numbers = dict(store.connection.execute("select key, profile from profile_keys").fetchall())
    take(call(2, userId="u", anonymousId="a"), file="login.jsonl")
    after = dict(store.connection.execute("select key, profile from profile_keys").fetchall())
    assert numbers.items() < after.items()
    assert len(set(after.values())) == len(after) == 2


def test_untouched_ids_keep_their_rows(store: Store, take: Take) -> None:
    take(call(1, userId="u1", anonymousId="a1"), call(1, userId="u2"))
    take(call(2, userId="u1", anonymousId="a1"), call(2, userId="u2", anonymousId="a2"), file="more.jsonl")
    rows = store.connection.execute("""
        select value, since_generation, until_generation from identity join identifiers using (identifier)
        order by all""").fetchall()
    assert rows == [("a1", 1, None), ("a2", 2, None), ("u1", 1, None), ("u2", 1, None)]


def test_a_late_old_call_changes_first_seen_and_the_anchor(store: Store, take: Take) -> None:
    identify = {"type": "identify", "timestamp": 5, "anonymousId": "a", "traits": {"email": "e@x.y"}}
    take(call(3, anonymousId="a"), identify)
    (before,) = profiles(store)
    take(
        {"type": "identify", "timestamp": 1, "traits": {"email": "e@x.y"}},
        file="late.jsonl",
    )
    (after,) = profiles(store)
    assert before != after
    assert first_seen(store)["email", "e@x.y"] == datetime(1970, 1, 1, 0, 0, 1)


def test_key() -> None:
    assert profile_key("user_id", "u1") == "use_sdc3zbz55xxyavh532jryrhzuh"
    assert profile_key("email", "é@x.y") == plain_key("email", "é@x.y")


def plain_key(type_: str, value: str) -> str:
    digest = hashlib.sha256(f"{type_}:{value}".encode()).digest()
    return "use_" + base64.b32encode(digest).decode()[:26].lower()

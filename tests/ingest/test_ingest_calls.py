"""What each shape of call becomes: SPEC section 3 and the ids of section 4, case by case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ingested import Take, calls, refused_links

from audcli.ingest import rejects
from audcli.store import Store

T = "2026-01-31T10:00:00Z"
TIME = datetime(2026, 1, 31, 10)


def track(**fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "messageId": "m", "userId": "u", "timestamp": T} | fields


def identify(**fields: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": "m", "timestamp": T} | fields


ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "track": (
        track(properties={"price": 7}),
        {
            "type": "track",
            "name": "A",
            "time": TIME,
            "user_id": "u",
            "first_id": "user_id:u",
            "properties": {"price": 7},
        },
    ),
    "no properties": (track(), {"properties": {}, "context": None}),
    "null properties": (track(properties=None), {"properties": {}}),
    "page": ({**track(type="page", name="Home"), "event": None}, {"type": "page", "name": "Home"}),
    "page without a name": (track(type="page"), {"type": "page", "name": ""}),
    "screen": (track(type="screen", name="Main"), {"type": "screen", "name": "Main"}),
    "anonymous": (
        track(userId=None, anonymousId="a"),
        {"user_id": None, "anonymous_id": "a", "first_id": "anonymous_id:a"},
    ),
    "number as id": (track(userId=123.0), {"user_id": "123"}),
    "large number as id": (track(userId=12345678901234567890), {"user_id": "12345678901234567890"}),
    "trimmed id": (track(userId="  u1\t"), {"user_id": "u1"}),
    "blocked user": (track(userId="NULL", anonymousId="a"), {"user_id": None, "first_id": "anonymous_id:a"}),
    "blocked zeros": (track(anonymousId="00000000-0000-0000-0000-000000000000"), {"anonymous_id": None}),
    "blocked empty": (track(anonymousId=" "), {"anonymous_id": None}),
    "not blocked": (track(userId="0a"), {"user_id": "0a"}),
    "identify": (
        identify(userId="u", traits={"email": " X@Y.com ", "plan": "pro"}),
        {"type": "identify", "first_id": "user_id:u", "properties": {"email": " X@Y.com ", "plan": "pro"}},
    ),
    "identify by email": (identify(traits={"email": " X@Y.com "}), {"first_id": "email:x@y.com"}),
    "identify by phone": (identify(traits={"phone": 4915, "email": True}), {"first_id": "phone:4915"}),
    "properties of an identify": (identify(userId="u", properties={"a": 1}), {"properties": {}}),
    "email comes before other ids": (
        identify(
            anonymousId="a",
            traits={"email": "e@x.y", "phone": "1"},
            context={"externalIds": [{"type": "crm", "id": 7}]},
        ),
        {"first_id": "email:e@x.y"},
    ),
    "other ids before anonymous": (
        track(
            userId=None,
            anonymousId="a",
            context={"externalIds": [{"type": "zzz", "id": "1"}, {"type": "crm", "id": 7}]},
        ),
        {"first_id": "crm:7"},
    ),
    "email among external ids": (
        track(
            userId=None,
            context={"externalIds": [{"type": "email", "id": "E@x.y", "collection": "users", "encoding": "none"}]},
        ),
        {"first_id": "email:e@x.y"},
    ),
    "external id of an account": (
        track(context={"externalIds": [{"type": "crm", "id": "7", "collection": "accounts"}]}),
        {"first_id": "user_id:u"},
    ),
    "external ids of wrong types": (
        track(context={"externalIds": [7, {"type": 1, "id": "x"}, {"type": "x", "id": {}}, {}]}),
        {"first_id": "user_id:u"},
    ),
    "device": (
        track(userId=None, context={"device": {"type": "iOS", "advertisingId": "AB"}}),
        {"first_id": "ios.idfa:AB", "context": {"device": {"advertisingId": "AB", "type": "iOS"}}},
    ),
    "group without a profile": (
        {"type": "group", "groupId": " g ", "messageId": "m", "timestamp": T, "traits": {"plan": "b"}},
        {"type": "group", "group_id": "g", "first_id": None, "properties": {"plan": "b"}},
    ),
    "group with a profile": (track(type="group", groupId=5), {"group_id": "5", "first_id": "user_id:u"}),
    "event of an account": (track(groupId="g", context={"groupId": "h"}), {"group_id": "g"}),
    "account in the context": (track(context={"groupId": 7}), {"group_id": "7"}),
    "blocked account": (track(groupId="none", context={"groupId": "h"}), {"group_id": "h"}),
    "account in the context of wrong type": (track(context={"groupId": []}), {"group_id": None}),
    "identify names no account": (identify(userId="u", groupId="g"), {"group_id": None}),
    "alias": (
        {"type": "alias", "messageId": "m", "userId": "u", "previousId": "p", "timestamp": T},
        {"type": "alias", "first_id": "user_id:u", "anonymous_id": None},
    ),
    "alias without a user": (
        {"type": "alias", "messageId": "m", "previousId": "p", "timestamp": T},
        {"first_id": "anonymous_id:p"},
    ),
    "first time field": (track(timestamp=None, originalTimestamp=T, sentAt="x"), {"time": TIME}),
    "sent": (
        {**track(timestamp=None), "sentAt": T, "receivedAt": 1},
        {"time": TIME, "received_at": datetime(1970, 1, 1, 0, 0, 1)},
    ),
    "received": (track(timestamp=None, receivedAt=T), {"time": TIME, "received_at": TIME}),
    "unreadable receipt": (track(receivedAt="soon"), {"time": TIME, "received_at": None}),
    "canonical numbers": (
        track(properties={"a": 1.0, "b": -0.0, "c": 1e25, "d": 2**63, "e": 2**63 - 1, "f": [1.5, {"g": 2.0}]}),
        {"properties": {"a": 1, "b": 0, "c": 1e25, "d": 9.223372036854775808e18, "e": 2**63 - 1, "f": [1.5, {"g": 2}]}},
    ),
    "NUL in names and strings": (
        track(properties={"a\0b": "x\0y", "a": "\0", "a\0c": 2}, event="E\0v"),
        {"name": "E\0v", "properties": {"a\0b": "x\0y", "a": "\0", "a\0c": 2}},
    ),
    "empty names and values": (
        track(properties={"": "", "n": None, "l": [], "o": {}}),
        {"properties": {"": "", "n": None, "l": [], "o": {}}},
    ),
    "surrogate pair": (track(properties={"x": "😀"}), {"properties": {"x": "😀"}}),
    "deep": (track(properties={"x": eval("[" * 190 + "]" * 190)}), {"name": "A"}),
}

REJECTED: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{type: track}", "malformed_json"),
    "NaN": (
        b'{"type": "track", "event": "A", "userId": "u", "timestamp": 1, "properties": {"x": NaN}}',
        "malformed_json",
    ),
    "infinity": (b'{"type": "track", "event": "A", "userId": "u", "timestamp": -Infinity}', "malformed_json"),
    "two values": (b'{"type": "track"} {"type": "track"}', "malformed_json"),
    "half a value": (b'{"type": "track", "l": [{}', "malformed_json"),
    "its other half": (b"{}]}, {}", "malformed_json"),
    "control character": (b'{"type": "tr\x01ack"}', "malformed_json"),
    "number beyond doubles": (
        b'{"type": "track", "event": "A", "userId": "u", "timestamp": 1, "x": [1e400]}',
        "number_out_of_range",
    ),
    "whole number beyond doubles": (track(properties={"x": 10**400}), "number_out_of_range"),
    "very long number": (b'{"x": ' + b"9" * 5000 + b"}", "number_out_of_range"),
    "half a surrogate pair": (
        b'{"type": "track", "event": "\\ud83d", "userId": "u", "timestamp": 1}',
        "unpaired_surrogate",
    ),
    "half a surrogate pair in a name": (
        b'{"type": "track", "event": "A", "userId": "u", "timestamp": 1, "\\uDC00": 1}',
        "unpaired_surrogate",
    ),
    "not UTF-8": (b'{"type": "track\xff"}', "invalid_utf8"),
    "too deep": (track(properties={"x": eval("[" * 200 + "]" * 200)}), "too_deep"),
    "much too deep": (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    "not an object": ([1], "not_an_object"),
    "text": ("track", "not_an_object"),
    "no type": ({"userId": "u", "timestamp": T}, "unknown_type"),
    "unknown type": (track(type="Track"), "unknown_type"),
    "type of wrong type": (track(type=1), "wrong_type"),
    "no event": (track(event=None), "missing_event"),
    "empty event": (track(event=""), "missing_event"),
    "event of wrong type": (track(event=1), "wrong_type"),
    "name of wrong type": (track(type="page", name=1), "wrong_type"),
    "no id": (track(userId=None), "missing_id"),
    "only blocked ids": (track(userId="unknown", anonymousId="-1"), "missing_id"),
    "id of wrong type": (track(userId=True), "wrong_type"),
    "anonymous id of wrong type": (track(anonymousId={}), "wrong_type"),
    "previous id of wrong type": (track(type="alias", previousId=[]), "wrong_type"),
    "account of wrong type": (track(groupId=[]), "wrong_type"),
    "message id of wrong type": (track(messageId=[]), "wrong_type"),
    "group without an account": (track(type="group"), "missing_group_id"),
    "group of a blocked account": (track(type="group", groupId="0"), "missing_group_id"),
    "no time": (track(timestamp=None), "missing_time"),
    "unreadable time": (track(timestamp="yesterday", sentAt=T), "unreadable_time"),
    "empty time": (track(timestamp=""), "unreadable_time"),
    "time of wrong type": (track(timestamp=True), "unreadable_time"),
    "properties of wrong type": (track(properties=[]), "wrong_type"),
    "traits of wrong type": (identify(userId="u", traits="x"), "wrong_type"),
    "context of wrong type": (track(context="x"), "wrong_type"),
}


def test_accepted(store: Store, take: Take) -> None:
    """All accepted shapes in one file, so that each is also read in the company of others."""
    summary = take(*({**record, "messageId": case} for case, (record, _) in ACCEPTED.items()))
    assert (summary.read, summary.accepted) == (len(ACCEPTED), len(ACCEPTED))
    rows = calls(store)
    for case, (_, expected) in ACCEPTED.items():
        assert {field: rows[case][field] for field in expected} == expected, case


def test_rejected(store: Store, take: Take) -> None:
    summary = take(track(), *(record for record, _ in REJECTED.values()), track(messageId="last"))
    assert (summary.accepted, summary.rejects) == (2, len(REJECTED))
    found = {reject.line: reject for reject in rejects(store)}
    for line, (case, (_, reason)) in enumerate(REJECTED.items(), 2):
        assert found[line].reason == reason, case
        assert found[line].detail


@pytest.mark.parametrize("case", REJECTED)
def test_rejected_alone(case: str, take: Take) -> None:
    record, reason = REJECTED[case]
    summary = take(record)
    assert summary.rejected == {reason: 1}
    assert summary.gave_no_call


def test_repeated_keys_count_last(store: Store, take: Take) -> None:
    take(
        b'{"type":"page","type":"track","event":"A","event":"B","userId":"u","timestamp":1,"messageId":"m",'
        b'"properties":{"a":1,"a":{"b":1,"b":2}}}'
    )
    row = calls(store)["m"]
    assert (row["type"], row["name"], row["properties"]) == ("track", "B", {"a": {"b": 2}})


def test_project_rules(store: Store, take: Take) -> None:
    take(
        track(userId="Guest", properties={"loyalty": {"cards": [{"no": 5}, {"no": 6}]}}),
        blocked_values=("guest ",),
        external_ids={"card": "properties.loyalty.cards.no"},
    )
    assert calls(store)["m"]["first_id"] == "card:5"
    ids = store.connection.execute("select type, value from identifiers order by value").fetchall()
    assert ids == [("card", "5"), ("card", "6")]


def test_escaped_dot_in_the_path_of_an_id(store: Store, take: Take) -> None:
    take(track(userId=None, **{"a.b": {"c": "x"}}), external_ids={"odd": "a\\.b.c"})
    assert calls(store)["m"]["first_id"] == "odd:x"


def test_second_user_of_one_call_is_refused(store: Store, take: Take) -> None:
    take(track(context={"externalIds": [{"type": "user_id", "id": "u2"}]}))
    assert calls(store)["m"]["first_id"] == "user_id:u"
    assert refused_links(store) == {(("user_id", "u"), ("user_id", "u2"))}

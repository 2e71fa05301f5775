"""Somebody is forgotten: what remains is as if their calls had never been, and they stay away."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flat_files import flags, take_csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingested import NOW, Take, calls, clear, components, first_seen, profiles, refused_links
from plain_identity import ids_of, plain_identity
from random_calls import OPTIONS, Record, files_of_records, write_files

from audcli.catalog import CallShape, Shape
from audcli.errors import AudcliError
from audcli.forgetting import allow_return
from audcli.forgetting.forget import remove_everything
from audcli.ingest import IngestOptions, clear_rejects, count_rejects, ingest, rejects
from audcli.store import Store


def take_files(store: Store, folder: Path, files: list[list[Record]]) -> int:
    """Ingest the files one by one; say how many calls were turned away."""
    summaries = [ingest(store, [path], OPTIONS, now=NOW).total for path in write_files(folder, files)]
    for each in summaries:
        assert each.read == each.accepted + each.duplicate_ids + each.duplicate_content + each.rejects
    return sum(each.rejected.get("forgotten", 0) for each in summaries)


def state(store: Store) -> tuple[Any, ...]:
    """What the store holds, without its numbers."""
    names = store.connection.execute("select type, name from call_names").fetchall()
    accounts = store.connection.execute("select group_id from accounts order by all").fetchall()
    shapes = {name: (kinds(shape.properties), kinds(shape.context)) for name, shape in shapes_of(store).items()}
    return (
        calls(store),
        profiles(store),
        first_seen(store),
        refused_links(store),
        components(store),
        set(names),
        accounts,
        shapes,
    )


def shapes_of(store: Store) -> dict[tuple[str, str], CallShape]:
    return store.catalog().calls


def kinds(shape: Shape) -> Any:
    """How often each kind was seen in every place, without the examples."""
    elements = kinds(shape.elements) if shape.elements else None
    return shape.seen, {name: kinds(below) for name, below in shape.names.items()}, elements


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files_of_records(), st.data())
def test_what_remains_is_what_the_other_calls_make(
    store: Store, tmp_path: Path, drawn: tuple[list[Record], list[list[Record]]], data: st.DataObject
) -> None:
    records, files = drawn
    people = sorted(plain_identity(records).profiles.items())
    if not people:
        return
    key, ids = data.draw(st.sampled_from(people))
    clear(store)
    store.connection.execute("delete from forgotten")
    others = [each for each in records if (ids_of(each) or [None])[0] not in ids]
    take_files(store, tmp_path, [others])
    expected = state(store)
    clear(store)
    take_files(store, tmp_path, files)
    with store.transaction():
        removed = remove_everything(store, key)
    assert removed.calls + len(calls(store)) <= len(records)
    assert state(store) == expected
    turned_away = take_files(store, tmp_path, [records])
    assert turned_away == removed.calls
    assert state(store) == expected
    plain = plain_identity(others)
    assert profiles(store) == plain.profiles
    assert first_seen(store) == plain.seen_since()


def call(number: int, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "A", "timestamp": number, "messageId": f"m{number}"} | fields


def forget(store: Store, who: str) -> None:
    with store.transaction():
        remove_everything(store, who)


def test_a_shared_device_stays_with_the_other_user(store: Store, take: Take) -> None:
    first = [call(1, anonymousId="ipad"), call(2, userId="ann", anonymousId="ipad")]
    take(*first, call(3, userId="bo", anonymousId="ipad"))
    forget(store, "ann")
    assert list(profiles(store).values()) == [{("user_id", "bo"), ("anonymous_id", "ipad")}]
    assert first_seen(store)["anonymous_id", "ipad"] == datetime(1970, 1, 1, 0, 0, 3)
    assert take(*first, file="again.jsonl").rejected == {"forgotten": 2}
    assert take(call(4, userId="bo", anonymousId="ipad"), file="new.jsonl").accepted == 1
    assert set(calls(store)) == {"m3", "m4"}


def test_new_calls_of_somebody_forgotten_are_turned_away(store: Store, take: Take) -> None:
    take({"type": "identify", "userId": "ann", "traits": {"email": "Ann@x.example"}, "timestamp": 1})
    forget(store, "ann")
    by_email = {"type": "identify", "traits": {"email": "ann@X.example"}, "timestamp": 2}
    of_another = {"type": "identify", "userId": "bo", "traits": {"email": "ann@x.example"}, "timestamp": 3}
    summary = take(by_email, of_another, call(4, userId="ann"), call(4, userId="ann"), file="new.jsonl")
    assert (summary.read, summary.accepted, summary.rejected) == (4, 1, {"forgotten": 3})
    assert count_rejects(store) == {"forgotten": 2}
    [(texts,)] = store.connection.execute("select count(*) from rejects where raw is not null or file = ''").fetchall()
    assert texts == 0


def test_a_return_is_allowed_by_any_of_the_ids(store: Store, take: Take) -> None:
    login = call(1, userId="ann", anonymousId="ipad")
    take(login, call(2, userId="bo"))
    forget(store, "ann")
    forget(store, "bo")
    with pytest.raises(AudcliError, match="nobody who was forgotten had the id `cem`"):
        allow_return(store, "cem")
    allow_return(store, "anonymous_id:ipad")
    assert take(login, call(2, userId="bo"), file="again.jsonl").rejected == {"forgotten": 1}
    assert set(calls(store)) == {"m1"}


def ann() -> dict[str, Any]:
    return {"type": "identify", "userId": "ann-7", "traits": {"email": "Ann@x.example"}, "timestamp": 1}


@pytest.mark.parametrize(
    "record",
    [
        {"type": "track", "event": "A", "userId": "ann-7"},
        {"type": "identify", "userId": "bo", "traits": {"email": "ANN@x.example "}},
        {"type": "track", "event": "A", "userId": "bo", "timestamp": "ann-7"},
        {"type": "track", "userId": "bo", "properties": {"by": [{"mail": "ann@x.example"}]}, "timestamp": 2},
        "ann-7",
        b'{"type": "track", "userId": "ann-7", "event',
        b'{"type": "track", "userId": "ann-7", "event": "\xff"}',
        b'{"userId": "ann-7", "n": "\\ud800"}',
        b'{"userId": "ann-7", "n": 1e999}',
        b'{"userId": "ann-7", "n": ' + b"[" * 300 + b"]" * 300 + b"}",
        {"batch": [{"type": "track", "userId": "ann-7", "timestamp": 2}]},
        b'{"type": "track", "event": "A", "userId": "bo", "timestamp": "ann-7", "x": "%b"}' % (b"x" * (1 << 20)),
    ],
)
def test_a_reject_that_names_somebody_forgotten_has_no_text(store: Store, take: Take, record: Any) -> None:
    take(ann(), call(2, userId="bo"))
    assert "forgotten" not in take(record, file="before.jsonl").rejected
    clear_rejects(store)
    forget(store, "ann-7")
    assert take(record, call(3, userId="bo"), file="after.jsonl").rejected == {"forgotten": 1}
    assert take(record, file="again.jsonl").rejected == {"forgotten": 1}
    [kept] = rejects(store)
    assert (kept.reason, kept.raw, kept.line) == ("forgotten", None, 1)
    assert not {"ann", "bo"} & set(re.findall(r"\w+", kept.detail))
    raw = record if isinstance(record, bytes) else json.dumps(record).encode()
    assert kept.digest != hashlib.sha256(raw).hexdigest()
    allow_return(store, "ann-7")
    assert "forgotten" not in take(record, file="allowed.jsonl").rejected


def test_rejects_in_every_format(store: Store, take: Take, tmp_path: Path) -> None:
    take(ann())
    forget(store, "ann-7")
    array = b'[{"type": "track", "userId": "ann-7", "timestamp": 1}, 7, {"type": "x", "userId": "bo"}]'
    assert take(array, file="list.json").rejected == {"forgotten": 1, "not_an_object": 1, "unknown_type": 1}
    broken = b'[7, {"userId": "ann-7"'
    assert take(broken, file="broken.json").rejected == {"forgotten": 1, "not_an_object": 1}
    rows = "user_id,event,timestamp,note\nann-7,A,soon,\nbo,A,soon,\nbo,,1,ann-7\nann-7,ragged\n"
    summary = take_csv(store, tmp_path / "rows.csv", rows, flags("track"))
    assert summary.rejected == {"forgotten": 3, "unreadable_time": 1}
    assert not [each for each in rejects(store) if b"ann" in (each.raw or b"")]


def test_rejects_that_were_removed_stay_away_however_they_name_the_person(store: Store, take: Take) -> None:
    """An id within a longer word is found as long as the id is known, and later by the digest of the record alone."""
    take(call(1, userId="ann-77"))
    within_word, other = b"see user_ann-77.png", b"see user_ann-78.png"
    assert take(within_word, other, file="words.jsonl").rejected == {"malformed_json": 2}
    forget(store, "ann-77")
    assert count_rejects(store) == {"malformed_json": 1}
    assert take(within_word, other, file="words.jsonl").rejected == {"forgotten": 1, "malformed_json": 1}
    allow_return(store, "ann-77")
    assert take(within_word, file="words.jsonl").rejected == {"malformed_json": 1}


def test_rejects_of_others_keep_their_reason(store: Store, take: Take) -> None:
    take(call(1, userId="u1"))
    forget(store, "u1")
    long = b'{"userId": "u1", "x": "%b"}' % (b"x" * (1 << 20))
    others = [{"type": "track", "userId": "u12", "timestamp": 2}, b'{"userId": "u', long]
    summary = take(*others, file="others.jsonl")
    assert summary.rejected == {"malformed_json": 1, "missing_event": 1, "unknown_type": 1}
    assert [each.raw is None for each in rejects(store)] == [False, False, True]


def test_strict_ingests_nothing_with_calls_of_somebody_forgotten(store: Store, take: Take) -> None:
    take(call(1, userId="ann"))
    forget(store, "ann")
    options = IngestOptions(strict=True)
    assert take(call(1, userId="ann"), call(2, userId="bo"), file="b.jsonl", strict=options.strict).rejects == 1
    assert calls(store) == {}


def test_examples_of_the_forgotten_are_cleared_and_those_of_others_kept(store: Store, take: Take) -> None:
    take(
        call(1, userId="ann", properties={"street": "Elm Road 7", "color": "red", "only hers": 1, "n": 1}),
        call(2, userId="bo", properties={"street": "Oak Road 8", "color": "red", "n": 2.5}),
    )
    forget(store, "ann")
    shape = shapes_of(store)["track", "A"].properties
    assert {name: below.examples for name, below in shape.names.items()} == {
        "street": {},
        "color": {},
        "n": {"double": "2.5"},
    }
    take(call(3, userId="bo", properties={"street": "Ash Road 9"}), file="more.jsonl")
    assert shapes_of(store)["track", "A"].properties.names["street"].examples == {"string": '"Ash Road 9"'}


def test_map_of_very_many_names_shrinks(store: Store, take: Take) -> None:
    take(
        call(1, userId="ann", properties={"seen": {f"ann-{n}": n for n in range(300)}}),
        call(2, userId="bo", properties={"seen": {f"bo-{n}": "x" for n in range(300)}}),
    )
    forget(store, "ann")
    seen = shapes_of(store)["track", "A"].properties.names["seen"]
    assert seen.any_name is not None
    assert seen.any_name.seen == {"string": 300}

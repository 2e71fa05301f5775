"""Which run an export speaks of: its members, with keys and ids as that run had them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from export_stores import (
    KEY,
    add_audience,
    add_run,
    empty_store,
    exported,
    fill,
    identity,
    profiles_store,
)

from audcli.errors import AudcliError
from audcli.export import ExportOptions, expected_seconds, export_key

UNFORMATTED = ExportOptions()


def test_ids_are_those_of_the_run_not_of_a_later_ingest() -> None:
    """An anonymous profile is exported after an ingest has merged it into that of its user."""
    connection = profiles_store({"use_old": [("anonymous_id", "a1")]}, {"use_new": [("user_id", "u1")]})
    connection.execute("update identity set until_generation = 2 where profile = 0")
    fill(connection, "identity", [identity(0, 1, since=2)])
    assert exported(connection, UNFORMATTED)[0].splitlines()[1:] == [b'use_old,"{""anonymous_id"":[""a1""]}"']

    connection.execute("update memberships set exited_run = 2")
    add_run(connection, 2, [1])
    body, receipt = exported(connection, UNFORMATTED)
    assert body.splitlines()[1:] == [b'use_new,"{""anonymous_id"":[""a1""],""user_id"":[""u1""]}"']
    assert receipt.run == 2
    assert receipt.as_of.isoformat() == "2026-02-01T00:00:00"


def test_ids_of_a_later_ingest_are_not_seen_in_any_format() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    fill(connection, "identifiers", [{"identifier": 1, "type": "email", "value": "later@x.com"}])
    fill(connection, "identity", [identity(1, 0, since=2)])
    for format_ in ("unformatted", "indexed"):
        assert b"later" not in exported(connection, ExportOptions(format_))[0]  # type: ignore[arg-type]
    body, _ = exported(connection, ExportOptions("single-column", raw=True))
    assert body == b"email\r\na@x.com\r\n"


def test_a_failed_run_changes_nothing() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    before = exported(connection, UNFORMATTED)
    add_run(connection, 2, [], outcome="failed")
    connection.execute("update identity set until_generation = 2")
    assert exported(connection, UNFORMATTED) == before


def test_a_later_run_without_the_key_changes_nothing() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    before = exported(connection, UNFORMATTED)
    fill(connection, "runs", [{"run": 2, "as_of": "2026-03-01", "generation": 2}])
    connection.execute("update identity set until_generation = 2")
    assert exported(connection, UNFORMATTED) == before


def test_who_left_is_not_exported() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")], "use_b": []})
    connection.execute("update memberships set exited_run = 1 where entity = 0")
    assert exported(connection, UNFORMATTED)[0].splitlines()[1:] == [b"use_b,{}"]


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    connection = profiles_store({})
    target = tmp_path / "big.csv"
    with pytest.raises(AudcliError) as caught:
        export_key(connection, "big_spender", UNFORMATTED, target)
    assert caught.value.message == "no run has computed an audience or a trait `big_spender`"
    assert caught.value.hint == (
        "did you mean `big_spenders`? what is defined but new needs `audcli compute big_spender` first"
    )
    assert not target.exists()


def test_unknown_key_far_from_all() -> None:
    with pytest.raises(AudcliError) as caught:
        export_key(empty_store(), "vips", UNFORMATTED, Path("never.csv"))
    assert caught.value.hint == "what is defined but new needs `audcli compute vips` first"


def test_key_that_only_ever_failed_names_compute() -> None:
    connection = profiles_store({})
    connection.execute("update results set outcome = 'failed'")
    with pytest.raises(AudcliError) as caught:
        exported(connection, UNFORMATTED)
    assert caught.value.message == f"no run has computed `{KEY}` yet"
    assert caught.value.hint == f"`audcli compute {KEY}` does"


def test_expected_seconds_grow_with_members_and_ids() -> None:
    few = profiles_store({"use_a": [("email", "a@x.com"), ("phone", "+16577770000")]})
    many = profiles_store({f"use_{n}": [("email", f"a{n}@x.com"), ("phone", f"+1657777{n:04}")] for n in range(100)})
    for options in (UNFORMATTED, ExportOptions("single-column", id_type="phone")):
        assert expected_seconds(many, KEY, options) == pytest.approx(100 * expected_seconds(few, KEY, options))
    phones = ExportOptions("single-column", id_type="phone")
    assert expected_seconds(many, KEY, phones) > expected_seconds(many, KEY, ExportOptions("single-column"))
    assert expected_seconds(profiles_store({}), KEY, UNFORMATTED) == 0


def test_a_store_opened_for_reading_is_enough(tmp_path: Path) -> None:
    with empty_store(str(tmp_path / "store.duckdb")) as writer:
        fill(writer, "profile_keys", [{"profile": 0, "key": "use_a"}])
        fill(writer, "identifiers", [{"identifier": 0, "type": "phone", "value": "+16577770000"}])
        fill(writer, "identity", [identity(0, 0)])
        add_audience(writer, "users", [0])
    with duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True) as reader:
        for options in (
            UNFORMATTED,
            ExportOptions("indexed"),
            ExportOptions("single-column", id_type="phone"),
        ):
            assert exported(reader, options)[1].written == 1

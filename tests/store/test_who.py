"""A profile is named by its key, its user_id or any external id; an account by its group_id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest

from audcli.errors import AudcliError
from audcli.ingest import IngestOptions, ingest
from audcli.store import Store, open_store
from audcli.who import find_entity

TIME = {"timestamp": "2026-01-01T00:00:00Z"}
CALLS = [
    {"type": "identify", "userId": "ann", "anonymousId": "phone 1", "traits": {"email": "Ann@X.com"}, **TIME},
    {"type": "group", "userId": "ann", "groupId": "acme:1", **TIME},
    {"type": "identify", "userId": "email:ann@x.com", **TIME},
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(map(json.dumps, CALLS)), encoding="utf-8")
    with open_store(tmp_path / "store.duckdb", write=True, create=True) as opened:
        ingest(opened, [str(file)], IngestOptions(), now=datetime(2026, 1, 1))
        yield opened


@pytest.mark.parametrize("who", ["ann", "user_id:ann", " anonymous_id: phone 1 "])
def test_every_id_leads_to_the_profile(store: Store, who: str) -> None:
    ann = find_entity(store.connection, "ann", "users")
    assert find_entity(store.connection, who, "users") == ann
    assert find_entity(store.connection, ann.key, "users") == ann


def test_what_names_two_profiles_is_refused(store: Store) -> None:
    ann = find_entity(store.connection, "ann", "users")
    assert find_entity(store.connection, "email:ANN@x.com", "users") == ann
    other = find_entity(store.connection, "user_id:email:ann@x.com", "users")
    with pytest.raises(AudcliError, match="names 2 profiles") as raised:
        find_entity(store.connection, "email:ann@x.com", "users")
    assert other.key in raised.value.message and ann.key in raised.value.message
    assert other != ann


@pytest.mark.parametrize("who", ["acme:1", "group_id:acme:1"])
def test_accounts_are_named_by_group_id(store: Store, who: str) -> None:
    assert find_entity(store.connection, who, "accounts").key == "acme:1"


@pytest.mark.parametrize(
    ("who", "level", "near"),
    [
        ("anna", "users", "did you mean `ann`? "),
        ("email:ann@x.co", "users", "did you mean `email:ann@x.com`? "),
        ("group_id:acme1", "accounts", "did you mean `acme:1`? "),
    ],
)
def test_near_ids_are_offered(store: Store, who: str, level: Literal["users", "accounts"], near: str) -> None:
    with pytest.raises(AudcliError, match="there is no") as raised:
        find_entity(store.connection, who, level)
    assert raised.value.hint is not None and raised.value.hint.startswith(near)


def test_nobody_is_said_with_the_ways_to_name_somebody(store: Store) -> None:
    with pytest.raises(AudcliError, match="there is no profile `bob`") as raised:
        find_entity(store.connection, "bob", "users")
    assert raised.value.hint == (
        "name a profile by its key, its user_id, or as TYPE:VALUE; types seen: `user_id`, `anonymous_id`, `email`"
    )
    with pytest.raises(AudcliError, match="there is no account `bob`"):
        find_entity(store.connection, "bob", "accounts")

"""Duplicates are found whatever has become of the hashes that tell where there are none."""

from __future__ import annotations

from typing import Any

import pytest
from ingested import Take

from audcli.store import Store


def records(*numbers: int) -> list[dict[str, Any]]:
    return [
        {"type": "track", "event": "A", "userId": "u", "messageId": f"m{n}", "timestamp": 1000000000 + n}
        for n in numbers
    ]


HASHES = "select hash from message_hashes order by hash"
OF_CALLS = "select hash(message_id) from calls union all select hash('') order by 1"


@pytest.mark.parametrize(
    "spoil",
    [
        "drop table message_hashes",
        "delete from message_hashes",
        "update message_hashes set hash = hash + 1 where hash < 18446744073709551615",
        "insert into message_hashes values (7)",
        "delete from calls where message_id = 'm1'",
    ],
)
def test_duplicates_are_found_whatever_the_hashes_are(store: Store, take: Take, spoil: str) -> None:
    take(*records(1, 2, 3))
    store.connection.execute(spoil)
    assert take(*records(2, 3, 4, 4), file="b.jsonl").duplicate_ids == 3
    assert store.connection.execute(HASHES).fetchall() == store.connection.execute(OF_CALLS).fetchall()


def test_every_stored_call_has_its_hash(store: Store, take: Take) -> None:
    take(*records(*range(600)))
    take(*records(5, 5, 700, 701), "not JSON", file="b.jsonl")
    take(*records(5, 700), file="c.jsonl")
    assert store.connection.execute("select count(*) from calls").fetchone() == (602,)
    assert store.connection.execute(HASHES).fetchall() == store.connection.execute(OF_CALLS).fetchall()

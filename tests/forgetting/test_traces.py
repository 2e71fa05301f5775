"""Where an id is found in a text, and where something else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from audcli.forgetting.traces import cut_out, remove_rejects
from audcli.store import STORE_FILE, open_store

FOUND = [
    ("ann-7f3a91", b'{"userId": "ann-7f3a91"'),
    ("ann-7f3a91", b"mail of ANN-7F3A91."),
    ("u1", b'{"userId":"u1","type":'),
    ("u1", b"u1;2026-01-01"),
    ("17", b'{"userId": 17}'),
    ("17", b'["17"]'),
    ("17", b'{"userId": 17.0}'),
    ("m\u00fcller", b'{"id": "m\\u00fcller"'),
    ("m\u00fcller", "id=M\u00dcLLER".lower().encode()),
    ('a"b"c"d', b'{"id": "a\\"b\\"c\\"d"'),
    ("ann-7f3a91", b"\xff\xfe ann-7f3a91 \xff"),
]
NOT_FOUND = [
    ("ann-7f3a91", b"joann-7f3a91"),
    ("ann-7f3a91", b"ann-7f3a911"),
    ("u1", b"u12 menu1 u1x u1-b"),
    ("17", b'"2026-01-17T10:17:00Z"'),
    ("17", b"0.17 1e17"),
    ("m.x", b'"max"'),
]


def is_found(folder: Path, value: str, raw: bytes) -> bool:
    with open_store(folder / STORE_FILE, write=True, create=True) as store:
        store.connection.execute("insert into rejects values (1, 'a', 1, 'r', 'd', 'x', ?)", [raw])
        return remove_rejects(store.connection, ["nowhere to be found", value]) == ["x"]


@pytest.mark.parametrize(("value", "raw"), FOUND)
def test_found(tmp_path: Path, value: str, raw: bytes) -> None:
    assert is_found(tmp_path, value, raw)


@pytest.mark.parametrize(("value", "raw"), NOT_FOUND)
def test_not_found(tmp_path: Path, value: str, raw: bytes) -> None:
    assert not is_found(tmp_path, value, raw)


def test_ids_are_cut_out_of_texts(tmp_path: Path) -> None:
    with open_store(tmp_path / STORE_FILE, write=True, create=True) as store:
        connection = store.connection
        texts = ["one_of: [u1, u2, 17]", "at_least: 17", "starts_with: u1x"]
        connection.executemany("insert into definition_texts values ('d', ?)", [[text] for text in texts])
        assert cut_out(connection, ["u1", "17"]) == 1
        found = [text for (text,) in connection.execute("select text from definition_texts order by rowid").fetchall()]
        assert found == ["one_of: [[forgotten], u2, 17]", *texts[1:]]

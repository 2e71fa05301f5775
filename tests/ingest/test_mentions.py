"""Where a rejected record mentions an id, and where it mentions something else."""

from __future__ import annotations

import json

import pytest

from audcli.ingest.mentions import comparable, finder

MENTIONED = [
    ("ann-7f3a91", b'{"type": "track", "userId": "ann-7f3a91"}'),
    ("Ann@x.com", b'{"traits": {"email": " ANN@X.com "}}'),
    ("ann@x.com", b'{"properties": {"note": "wrote ann@x.com."}}'),
    ("alice1", b'{"context": {"page": {"url": "https://x.example/u/alice1?tab=2"}}}'),
    ("+49 30 901820", b'{"traits": {"phone": "+49 30 901820"}}'),
    ("+49 30 901820", b"u1,+49 30 901820,pro"),
    ("u 1", b"'x;u 1;2026-01-01"),
    ("u1", b"u1;2026-01-01"),
    ("17", b'{"userId": 17}'),
    ("17", b'{"userId": 17.0}'),
    ("1000000", b'[{"userId": 1E6'),
    ("1.5", b'{"userId": 1.50}'),
    ("123456789012345678901234567890", b'{"userId": 123456789012345678901234567890, "n": 1e999}'),
    ("m\u00fcller", b'{"id": "M\\u00DCLLER"'),
    ("a/b", b'{"id": "a\\/b"}'),
    ('a"b"c\\d', json.dumps({"id": 'a"b"c\\d'}).encode()),
    ("a b", b'{"name": "no end, "userId": "a b"}'),
    ("auth0|5f7c8e", b'{"userId":"auth0|5f7c8e","event":'),
    ("ann-7f3a91", b'\xff\xfe {"userId":"ann-7f3a91\xff'),
    ("\U0001f600", b'{"userId": "\\ud83d\\ude00", "x": "\\ud83d"}'),
]
NOT_MENTIONED = [
    ("ann-7f3a91", b'{"userId": "ann-7f3a911", "anonymousId": "joann-7f3a91"}'),
    ("ann-7f3a91", b'{"type": "track", "userId": "ann-7f3a9'),
    ("u1", b"u12 menu1 u1x u1-b x/u1/y"),
    ("17", b'{"at": "2026-01-17T10:17:00Z", "n": 0.17, "m": 1.7}'),
    ("m.x", b'{"id": "max"}'),
]


def mentions(value: str, raw: bytes | None, detail: str = "") -> bool:
    return finder({"nowhere to be found", comparable(value)}.__contains__)(raw, detail)


@pytest.mark.parametrize(("value", "raw"), MENTIONED)
def test_mentioned(value: str, raw: bytes) -> None:
    assert mentions(value, raw)


@pytest.mark.parametrize(("value", "raw"), NOT_MENTIONED)
def test_not_mentioned(value: str, raw: bytes) -> None:
    assert not mentions(value, raw)


def test_long_texts_are_searched_too() -> None:
    text = json.dumps({"note": "word " * 50_000 + "of ann@x.com"}).encode()
    assert mentions("ann@x.com", text)
    assert not mentions("bo@x.com", text)


def test_details_are_searched_where_there_is_no_text() -> None:
    assert mentions("u 1", None, "`timestamp` `u 1` is no time")
    assert not mentions("u 2", None, "`timestamp` `u 1` is no time")

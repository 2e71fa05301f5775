from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audcli.ingest.times import read_instant

EPOCH = datetime(1970, 1, 1)
TEN = datetime(2026, 1, 31, 10)

READABLE: list[tuple[Any, datetime]] = [
    ("2026-01-31T10:00:00Z", TEN),
    ("2026-01-31T10:00:00z", TEN),
    ("2026-01-31t10:00:00Z", TEN),
    ("2026-01-31T10:00:00", TEN),
    ("2026-01-31 10:00:00", TEN),
    ("2026-01-31T10:00", TEN),
    ("2026-01-31T10", TEN),
    ("2026-01-31", datetime(2026, 1, 31)),
    (" 2026-01-31T10:00:00Z ", TEN),
    ("20260131T100000Z", TEN),
    ("2026-01-31T11:00:00+01:00", TEN),
    ("2026-01-31 11:00:00 +01:00", TEN),
    ("2026-01-31T11:00:00+0100", TEN),
    ("2026-01-31T11:00:00+01", TEN),
    ("2026-01-31T04:30:00-05:30", TEN),
    ("2026-02-01T00:00:00+14:00", TEN),
    ("2026-01-31T10:00:00.5Z", TEN + timedelta(microseconds=500_000)),
    ("2026-01-31T10:00:00,5Z", TEN + timedelta(microseconds=500_000)),
    ("2026-01-31T10:00:00.123Z", TEN + timedelta(microseconds=123_000)),
    ("2026-01-31T10:00:00.123456Z", TEN + timedelta(microseconds=123_456)),
    ("2026-01-31T10:00:00.1234569Z", TEN + timedelta(microseconds=123_456)),
    ("2026-01-31T10:00:00.999999999+00:00", TEN + timedelta(microseconds=999_999)),
    (1769853600, TEN),
    (1769853600.0, TEN),
    (1769853600.25, TEN + timedelta(microseconds=250_000)),
    (1769853600.1234567, TEN + timedelta(microseconds=123_456)),
    ("1769853600", TEN),
    (1769853600000, TEN),
    (1769853600123.0, TEN + timedelta(microseconds=123_000)),
    ("1769853600123", TEN + timedelta(microseconds=123_000)),
    (99_999_999_999, EPOCH + timedelta(seconds=99_999_999_999)),
    (100_000_000_000, EPOCH + timedelta(milliseconds=100_000_000_000)),
    (0, EPOCH),
    (-1, EPOCH - timedelta(seconds=1)),
    ("20260131", EPOCH + timedelta(seconds=20260131)),
    ("0001-01-01", datetime(1, 1, 1)),
    ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999)),
]

UNREADABLE: list[Any] = [
    "",
    "yesterday",
    "2026-01-31x10:00:00",
    "2026-01-31T",
    "2026-01-31Z",
    "2026-1-31",
    "2026-02-30",
    "2026-01-31T25:00:00Z",
    "2026-01-31T10:00:60Z",
    "2026-01-31T10:00:00+01:00Z",
    "2026-01-31T100000+01:00Z",
    "2026-01-31T10:00:00.+01Z",
    "2026-01-31T10:00:00.Z",
    "2026-W05-1T10:00:00Z",
    "2026-01-31T10:00:00 UTC",
    "２０２６-01-31",
    "٣",
    "1769853600.5",
    "-1769853600",
    "1" * 30,
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:00:00-02:00",
    True,
    [],
    {},
    1e300,
    -1e300,
    float("inf"),
    float("nan"),
    10**30,
]


@pytest.mark.parametrize(("value", "expected"), READABLE, ids=repr)
def test_readable(value: Any, expected: datetime) -> None:
    assert read_instant(value) == (expected - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("value", UNREADABLE, ids=repr)
def test_unreadable(value: Any) -> None:
    assert read_instant(value) is None


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_reads_what_python_writes(moment: datetime) -> None:
    offset = moment.utcoffset()
    assert offset is not None
    naive = moment.replace(tzinfo=None)
    if offset % timedelta(minutes=1) or not (naive.year > 1 and naive.year < 9999):
        return
    expected = (naive - offset - EPOCH) // timedelta(microseconds=1)
    for text in (moment.isoformat(), moment.isoformat(" "), moment.isoformat().replace("+00:00", "Z")):
        assert read_instant(text) == expected


@given(st.text() | st.integers() | st.floats())
def test_never_raises(value: Any) -> None:
    assert read_instant(value) is None or isinstance(read_instant(value), int)

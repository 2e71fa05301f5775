"""What plain YAML scalars stand for: the 1.2 core rules, with dates (SPEC section 7)."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest

from audcli.definitions.yaml_scalars import ScalarError, read_number, read_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("yes", "no", "on", "off", "NO", "Yes", "y", "n", "tRue", "nULL")),
        *((text, text) for text in ("12:30", "1:02:03", "1_000", "1,5", "0b11", "0o8", "-0x1", "1e", ".", "--1", "+")),
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, False) for text in ("false", "False", "FALSE")),
        ("0", 0),
        ("-17", -17),
        ("+3", 3),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.50", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("6.02E+23", 6.02e23),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", 2.0**63),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31 10:00:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31 10:00", "2026-01-31 10:00"),
        ("2026-01-31T10:00Z", "2026-01-31T10:00Z"),
        ("2026-01-31T10:00:00,5", "2026-01-31T10:00:00,5"),
        ("2026-01-31T10:00:00.1234567+02:00", datetime(2026, 1, 31, 8, 0, 0, 123456, UTC)),
        ("2026-01-31 10:00:00 -05:30", datetime(2026, 1, 31, 15, 30, tzinfo=UTC)),
        ("2026-01-31 10:00:00 -05", datetime(2026, 1, 31, 15, 0, tzinfo=UTC)),
        ("2026-01-31 10:00:00 -0530", "2026-01-31 10:00:00 -0530"),
        ("2026-1-31", "2026-1-31"),
        ("20260131", 20260131),
        ("2026-01", "2026-01"),
    ],
)
def test_value_of_a_plain_scalar(text: str, value: Any) -> None:
    found = read_scalar(text)
    assert (type(found), found) == (type(value), value)


def test_not_a_number_is_one_in_yaml() -> None:
    found = read_scalar(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "no-such-date"),
        ("2026-01-31T24:00:00", "no-such-date"),
        ("2026-01-31T10:00:00+99:00", "no-such-date"),
        ("0000-01-01", "no-such-date"),
        ("0001-01-01T00:00:00+10:00", "no-such-date"),
        ("1e999", "number-too-large"),
        ("9" * 310, "number-too-large"),
        ("9" * 100_000, "number-too-large"),
        ("0x" + "f" * 300, "number-too-large"),
    ],
)
def test_scalars_that_promise_too_much(text: str, code: str) -> None:
    with pytest.raises(ScalarError) as raised:
        read_scalar(text)
    assert raised.value.code == code


@pytest.mark.parametrize(("text", "number"), [("100", 100), (" -1.5 ", -1.5), ("+1e2", 100.0), ("\t.5\n", 0.5)])
def test_numbers_in_texts(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "1_000", "inf", "nan", "0x10", "1,5", "1 2", "true", "٣"])
def test_texts_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="no decimal number"):
        read_number(text)
